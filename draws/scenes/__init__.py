"""What the live page shows at any point of a draw: every face of it is a view of the one event log. source: ui.md §2"""

from draws.scenes.frames import RAIL, Frame, choose, frames_of, rail
from draws.scenes.stages import Stage, stage_of

__all__ = ["RAIL", "Frame", "Stage", "choose", "frames_of", "rail", "stage_of"]
