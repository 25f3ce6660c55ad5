"""The openEMSstim board: attenuates what a separate stimulator makes; for research only."""
