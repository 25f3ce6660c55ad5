"""The openEMSstim board, written from a description of its firmware."""
