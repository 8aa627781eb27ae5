"""The reference interpreter: what the semantics say, in plain Python, for production to be held against.

It walks the syntax tree and goes through time from instant to instant. At each it takes in the events and lets the clock have its
turns (semantics 5), and for every question it goes through the whole history again. With production it shares the parser, the
vocabulary, lengths of time and the published hash of draws, and nothing of the checker or the engine.

To know when time alone changes an answer, whatever looks at `now` names the instants at which it would answer otherwise. Those,
all midnights and the ends of waits are looked at in their order; one too many does no harm, for everything is computed anew.

Modules, each resting on those before it: `times` (values and the clock), `program` (what is declared), `streams` (events),
`asking` (expressions), `sending` (messages and the journal), `stepping` (steps), `running` (a customer's life).

Compared are all lines with all their members but `customer`, `source`, `saw` and `flows`. Products of messages (`show`) and
promises are taken out of the programs; comparisons among customers and `use` are not supported, and are said to be so.

Where the semantics leave something open, this follows production: a calendar length times a number that is not whole is unknown;
the total of an empty cart is 0; a lot of 0 points expires like any other; what an entry in the turn of the clock brings about is
taken in when the entry is through. A customer begins as the reference (6.1) says: conditions wait for the turn of the clock.
"""
