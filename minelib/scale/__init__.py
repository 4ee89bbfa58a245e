"""Where work that goes block by block is done: here, in processes of this machine, on a Dask cluster.

An engine has one verb, `map`: a function over blocks of rows, results in the order of the blocks. What must be global
is done by the caller between two maps, so every engine makes the same run.
"""

from minelib.scale.distinct import are_among, distinct
from minelib.scale.engine import BLOCK_ROWS, Engine, Here, MapBlocks, blocks_of, map_here, open_engine
from minelib.scale.keys import Keys
from minelib.scale.memory import give_back, set_aside
from minelib.scale.pieces import (
    Block,
    Packed,
    Piece,
    Table,
    Tables,
    pieces_of,
    sort_parts,
    unseen,
    write_part,
)
from minelib.scale.processes import Processes, at_once
from minelib.scale.rows import among, ascends, ask, in_one_piece, position_in, rows_of
from minelib.scale.threads import all_cores, cores

__all__ = [
    "BLOCK_ROWS",
    "Block",
    "Engine",
    "Here",
    "Keys",
    "MapBlocks",
    "Packed",
    "Piece",
    "Processes",
    "Table",
    "Tables",
    "all_cores",
    "among",
    "are_among",
    "ascends",
    "ask",
    "at_once",
    "blocks_of",
    "cores",
    "distinct",
    "give_back",
    "in_one_piece",
    "map_here",
    "open_engine",
    "pieces_of",
    "position_in",
    "rows_of",
    "set_aside",
    "sort_parts",
    "unseen",
    "write_part",
]
