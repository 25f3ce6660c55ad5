"""The words a protocol may use for body sites, placement, timing and status.

Only words: what is permitted at a site or in a zone is the safety layer's business.
"""

from enum import StrEnum


class Site(StrEnum):
    """What a channel is meant to excite. The caps of each site are kept by the safety layer."""

    QUADRICEPS = "quadriceps"
    VASTUS_MEDIALIS = "vastus_medialis"
    HAMSTRINGS = "hamstrings"
    HIP_ADDUCTORS = "hip_adductors"
    GLUTEUS_MAXIMUS = "gluteus_maximus"
    GLUTEUS_MEDIUS = "gluteus_medius"
    TIBIALIS_ANTERIOR = "tibialis_anterior"
    PERONEALS = "peroneals"
    GASTROCNEMIUS_SOLEUS = "gastrocnemius_soleus"
    FOOT_INTRINSICS = "foot_intrinsics"
    DELTOID = "deltoid"
    SUPRASPINATUS = "supraspinatus"
    BICEPS_BRACHII = "biceps_brachii"
    TRICEPS_BRACHII = "triceps_brachii"
    WRIST_EXTENSORS = "wrist_extensors"
    WRIST_FLEXORS = "wrist_flexors"
    FINGER_EXTENSORS = "finger_extensors"
    FINGER_FLEXORS = "finger_flexors"
    THENAR = "thenar"
    HAND_INTRINSICS = "hand_intrinsics"
    LUMBAR_PARASPINALS = "lumbar_paraspinals"
    ABDOMINALS = "abdominals"
    SCAPULAR_STABILISERS = "scapular_stabilisers"
    PELVIC_FLOOR_SURFACE = "pelvic_floor_surface"
    PELVIC_FLOOR_VAGINAL = "pelvic_floor_vaginal"
    PELVIC_FLOOR_ANAL = "pelvic_floor_anal"
    QUADRICEPS_SUBTETANIC = "quadriceps_subtetanic"
    SACRAL_S2_S4 = "sacral_s2_s4"
    POSTERIOR_TIBIAL_NERVE = "posterior_tibial_nerve"
    SENSORY_LIMB = "sensory_limb"


class Zone(StrEnum):
    """A region of skin on which a pad lies.

    The five zones in `SIDED_ZONES` are completed by the channel's side (`lower_limb` becomes
    `lower_limb_left`); the completed names may be written too. Zones where stimulation is
    forbidden are words as well, so that a refusal can name them.
    """

    HEAD = "head"
    EYE = "eye"
    FACE = "face"
    MOUTH = "mouth"
    NECK_ANTERIOR = "neck_anterior"
    NECK_POSTERIOR = "neck_posterior"
    CHEST_ANTERIOR = "chest_anterior"
    UPPER_BACK = "upper_back"
    ABDOMEN = "abdomen"
    LUMBAR = "lumbar"
    PELVIS_EXTERNAL = "pelvis_external"
    PERINEUM = "perineum"
    INTRACAVITY_VAGINAL = "intracavity_vaginal"
    INTRACAVITY_ANAL = "intracavity_anal"
    GENITALIA_EXTERNAL = "genitalia_external"
    GLUTEAL = "gluteal"
    GLUTEAL_LEFT = "gluteal_left"
    GLUTEAL_RIGHT = "gluteal_right"
    UPPER_LIMB = "upper_limb"
    UPPER_LIMB_LEFT = "upper_limb_left"
    UPPER_LIMB_RIGHT = "upper_limb_right"
    HAND = "hand"
    HAND_LEFT = "hand_left"
    HAND_RIGHT = "hand_right"
    LOWER_LIMB = "lower_limb"
    LOWER_LIMB_LEFT = "lower_limb_left"
    LOWER_LIMB_RIGHT = "lower_limb_right"
    FOOT = "foot"
    FOOT_LEFT = "foot_left"
    FOOT_RIGHT = "foot_right"


SIDED_ZONES = frozenset({Zone.GLUTEAL, Zone.UPPER_LIMB, Zone.HAND, Zone.LOWER_LIMB, Zone.FOOT})
"""The zones that exist on both sides and are written without one."""


class Aspect(StrEnum):
    """The face of the body part on which a pad lies, in the anatomical position."""

    ANTERIOR = "anterior"
    POSTERIOR = "posterior"
    LATERAL = "lateral"
    MEDIAL = "medial"
    INFERIOR = "inferior"
    INTERNAL = "internal"


class Side(StrEnum):
    """The side of the body a channel is used on."""

    LEFT = "left"
    RIGHT = "right"
    MIDLINE = "midline"
    CHOSEN_AT_ARMING = "chosen at arming"


class TimingClass(StrEnum):
    """The kind of timing, on which the limits of ramps, on-time and rest depend."""

    CYCLIC = "cyclic"
    GAIT_TRIGGERED = "gait_triggered"
    CONTINUOUS_SENSORY = "continuous_sensory"
    CONTINUOUS_SUBTETANIC = "continuous_subtetanic"


class StageKind(StrEnum):
    """What a stage is for."""

    WARM_UP = "warm_up"
    WORK = "work"
    COOL_DOWN = "cool_down"


class Status(StrEnum):
    """Whether a clinician has gone through the protocol."""

    DRAFT = "draft"
    REVIEWED = "reviewed"


class EvidenceGrade(StrEnum):
    """How well the parameters are supported, from A (trials agree) to D (opinion only)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class StoppingAnswer(StrEnum):
    """The answer to a screening question that ends the preparation."""

    YES = "yes"
    NO = "no"
