"""From the registers of a day to the frozen rows and the manifest. Reads only; `actions.freeze` writes what comes out."""

from draws.freezing.building import build
from draws.freezing.frame import Frame, Material
from draws.freezing.manifest import holder_role
from draws.freezing.roster import Roster
from draws.freezing.trial import Trial, tally_of, trial

__all__ = ["Frame", "Material", "Roster", "Trial", "build", "holder_role", "tally_of", "trial"]
