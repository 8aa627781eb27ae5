"""Hold a program as it was written: one frozen class per construct, in the order of the grammar.

Rule 1: a node only holds data. Whatever does something with nodes is elsewhere, and ends in `assert_never`.
Rule 2: a class is named as its rule in `flow.lark`, and its fields stand in the order of the source.
Rule 3: two nodes are equal if they say the same; where they stand (`span`) does not matter.
"""

from __future__ import annotations

from cadenza.syntax.nodes.base import *
from cadenza.syntax.nodes.declarations import *
from cadenza.syntax.nodes.expressions import *
from cadenza.syntax.nodes.flows import *
from cadenza.syntax.nodes.promises import *
from cadenza.syntax.nodes.selections import *
from cadenza.syntax.nodes.steps import *
from cadenza.syntax.nodes.tests import *
from cadenza.syntax.nodes.unions import *
