"""The kinds of node that may stand in one place: what a `match` goes through, to its last case."""

from __future__ import annotations

from typing import TypeAlias

from cadenza.syntax.nodes.base import Mistake, Name, Text
from cadenza.syntax.nodes.declarations import (
    AllOf,
    AnyOf,
    Currency,
    EventAlias,
    EventDeclaration,
    FieldDeclaration,
    Holdout,
    Holidays,
    Limit,
    ListType,
    NoneOf,
    OneOfType,
    PlainType,
    QuietDays,
    QuietHours,
    RequireConsent,
    Segment,
    SegmentBlock,
    Shop,
    Table,
    TimeZone,
    Use,
    Value,
    ValueBlock,
    YearlyDateType,
    YesNoType,
)
from cadenza.syntax.nodes.expressions import (
    Aggregate,
    And,
    Arithmetic,
    Before,
    Between,
    Call,
    ClockTime,
    Compare,
    DayMoment,
    Duration,
    Inside,
    InTheLast,
    IsEmpty,
    IsKnown,
    IsNotEmpty,
    IsNotKnown,
    List,
    Member,
    Money,
    Negation,
    Negative,
    No,
    Number,
    Or,
    Parenthesis,
    Percent,
    Shifted,
    Since,
    TimeSince,
    TimeUntil,
    Windowed,
    Yes,
)
from cadenza.syntax.nodes.flows import (
    Active,
    Again,
    At,
    DaysFrom,
    Enter,
    EveryPeriod,
    EveryTime,
    EveryWeekday,
    Flow,
    For,
    ForEachRow,
    Goal,
    Group,
    LeaveOn,
    LeaveWhen,
    On,
    Once,
    Priority,
    StartingOver,
    When,
    While,
)
from cadenza.syntax.nodes.promises import Always, NeverTwice, NeverTwo, NeverWithin
from cadenza.syntax.nodes.selections import (
    Accessories,
    AtMost,
    BoughtBySimilar,
    BoughtTogether,
    Catalog,
    Except,
    Fitting,
    From,
    Instead,
    Products,
    ProductStream,
    RankBy,
    Selection,
    Show,
    Top,
    Upgrades,
)
from cadenza.syntax.nodes.steps import (
    AddPoints,
    BuyGet,
    Coupon,
    Entry,
    FreeShipping,
    Gift,
    If,
    IssueCoupon,
    Membership,
    Notify,
    Off,
    Repeat,
    RepeatUntil,
    Send,
    Sender,
    Set,
    Split,
    Start,
    Stop,
    Subject,
    Subscribe,
    Tag,
    TakePoints,
    Template,
    Transactional,
    Unsubscribe,
    Untag,
    Wait,
    WaitFor,
    WaitUntil,
    With,
)
from cadenza.syntax.nodes.tests import (
    AfterBlock,
    AtBlock,
    Does,
    Expect,
    ExpectedCondition,
    ExpectedMessage,
    ExpectedNone,
    GivenData,
    GivenRows,
    InFlow,
    NothingElse,
    Person,
    Rows,
    Several,
    Test,
)

# fmt: off
__all__ = [
    "Act",
    "Clause",
    "Comparison",
    "Condition",
    "Declaration",
    "Expectation",
    "Expression",
    "Header",
    "Literal",
    "Offer",
    "Operation",
    "Promise",
    "Reentry",
    "SelectionLine",
    "ShopLine",
    "Source",
    "Statement",
    "Step",
    "TestLine",
    "TypeNode",
    "Window",
]
# fmt: on

Literal: TypeAlias = Number | Money | Percent | Duration | Text | DayMoment | ClockTime | Yes | No
Comparison: TypeAlias = Compare | Between | IsKnown | IsNotKnown | IsEmpty | IsNotEmpty | InFlow
Operation: TypeAlias = Or | And | Negation | Comparison | Shifted | Arithmetic | Negative | TimeSince | TimeUntil | Inside
Expression: TypeAlias = Operation | Literal | Name | Member | Parenthesis | Call | Windowed | List | Several | Aggregate | Mistake
Window: TypeAlias = InTheLast | Since | Before
TypeNode: TypeAlias = PlainType | YearlyDateType | YesNoType | OneOfType | ListType
Condition: TypeAlias = Expression | AnyOf | AllOf | NoneOf
Reentry: TypeAlias = Once | Again | StartingOver | EveryTime
Header: TypeAlias = (
    ForEachRow
    | On
    | When
    | EveryPeriod
    | EveryWeekday
    | DaysFrom
    | At
    | For
    | While
    | Enter
    | LeaveOn
    | LeaveWhen
    | Goal
    | Priority
    | Group
    | Active
    | Limit
    | Holdout
)
Offer: TypeAlias = Off | FreeShipping | BuyGet | Gift | Membership | Entry
Source: TypeAlias = Catalog | Products | BoughtTogether | BoughtBySimilar | Accessories | Upgrades | ProductStream
SelectionLine: TypeAlias = From | Fitting | Except | RankBy | AtMost | Top | Instead | Mistake
Clause: TypeAlias = Subject | Sender | Template | With | Show | Coupon | Transactional | Mistake
Step: TypeAlias = (
    Wait
    | WaitUntil
    | WaitFor
    | Send
    | If
    | Split
    | Repeat
    | RepeatUntil
    | Tag
    | Untag
    | Set
    | AddPoints
    | TakePoints
    | Subscribe
    | Unsubscribe
    | IssueCoupon
    | Notify
    | Start
    | Stop
    | Mistake
)
ShopLine: TypeAlias = TimeZone | Currency | QuietHours | QuietDays | Holidays | RequireConsent | Limit | Holdout | Mistake
Declaration: TypeAlias = Segment | SegmentBlock | Value | ValueBlock | EventDeclaration | EventAlias | Table | Selection | Flow
Promise: TypeAlias = Always | NeverWithin | NeverTwo | NeverTwice
Statement: TypeAlias = Use | Shop | FieldDeclaration | Declaration | Promise | Test | Mistake
TestLine: TypeAlias = Person | GivenData | GivenRows | Rows | AtBlock | AfterBlock | Mistake
Act: TypeAlias = Does | Expect | Mistake
Expectation: TypeAlias = ExpectedCondition | ExpectedNone | ExpectedMessage | NothingElse
