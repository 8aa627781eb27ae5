"""Steps and their effects: branches, repeats, tags, fields, points, lists, texts (semantics 5.2, 5.3, 7.5, 9.2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.scenarios import Row, journal, said


def of(text: str, *words: str, rows: list[Row] | None = None, **more: Any) -> list[dict[str, Any]]:
    """Replay January 2026 with one order on the 10th, and give the lines with some words."""
    given = {"start": "2026-01-01", "until": "2026-01-31", **more}
    lines = journal(text, rows or [("order", "2026-01-10", {"id": "A", "total": 4000})], **given)
    return [line for line in lines if line["what"] in words]


def flow(*steps: str) -> str:
    return 'field customer.tier: one of "bronze" or "silver"\nfield customer.spent: money\nflow a\n  on order\n' + "".join(
        f"  {line}\n" for step in steps for line in step.splitlines()
    )


# -- Branches and repeats ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "branch"),
    [
        pytest.param("trigger.total >= 40 EUR", "if", id="7.5 true"),
        pytest.param("trigger.total > 40 EUR", "else", id="7.5 false"),
        pytest.param('customer.country = "IT"', "else", id="P5 unknown"),
        pytest.param('not (customer.country = "IT")', "else", id="2.1 not unknown is unknown"),
    ],
)
def test_an_if_is_computed_when_reached(condition: str, branch: str) -> None:
    (line,) = of(flow(f'if {condition}\n  tag "x"\nelse\n  tag "y"'), "branched")
    assert line["branch"] == branch


@pytest.mark.parametrize(("total", "tag"), [(1000, "small"), (3000, "middle"), (9000, "large"), (None, "large")])
def test_7_5_the_first_branch_that_holds_is_taken(total: int | None, tag: str) -> None:
    text = flow('if trigger.total < 20 EUR\n  tag "small"\nelse if trigger.total < 50 EUR\n  tag "middle"\nelse\n  tag "large"')
    (line,) = of(text, "tagged", rows=[("order", "2026-01-10", {"total": total})])
    assert line["tag"] == tag


def test_repeat_passes_its_body_so_many_times() -> None:
    lines = of(flow('repeat 3 times\n  tag "x"\n  wait 2 days', 'tag "end"'), "tagged")
    assert [line["at"][8:10] for line in lines] == ["10", "12", "14", "16"]


@pytest.mark.parametrize(
    ("visits", "sends"),
    [([], ["10", "12", "14"]), (["11"], ["10"]), (["13"], ["10", "12"]), (["09"], [])],
)
def test_7_5_repeat_until_tests_before_each_pass(visits: list[str], sends: list[str]) -> None:
    rows: list[Row] = [("visit", f"2026-01-{day}", {}) for day in visits]
    rows = sorted([*rows, ("order", "2026-01-10", {})], key=lambda row: row[1])
    text = flow('repeat until any(visit), up to 3 times\n  send email "x"\n  wait 2 days')
    assert [line["at"][8:10] for line in of(text, "sent", rows=rows)] == sends


def test_a_repeat_within_a_repeat_begins_anew() -> None:
    lines = of(flow('repeat 2 times\n  repeat 2 times\n    tag "x"\n    wait 1 day\n  wait 1 day'), "tagged")
    assert [line["at"][8:10] for line in lines] == ["10", "11", "13", "14"]


# -- Effects ----------------------------------------------------------------------------------------------------------


def test_5_3_an_effect_that_changes_nothing_is_written_but_is_no_event() -> None:
    text = flow('tag "x"', 'tag "x"', 'untag "y"') + 'flow b\n  on tagged\n  enter every time\n  notify "t" "tagged"\n'
    text += 'flow c\n  on untagged\n  notify "t" "untagged"\n'
    lines = of(text, "tagged", "untagged", "notified")
    assert [(line["what"], line.get("same"), line.get("text")) for line in lines] == [
        ("tagged", None, None),
        ("tagged", True, None),
        ("untagged", True, None),
        ("notified", None, "tagged"),
    ]


@pytest.mark.parametrize(
    ("step", "watched"),
    [
        pytest.param('tag "x"', 'customer.tags contains "x"', id="5.3 a tag"),
        pytest.param('untag "old"', 'customer.tags does not contain "old"', id="5.3 a tag taken off"),
        pytest.param('set customer.tier = "silver"', 'customer.tier = "silver"', id="5.3 a field"),
        pytest.param("add 3 points to customer.score", "customer.score >= 3", id="9.2 points"),
        pytest.param('subscribe "news"', 'customer.subscriptions contains "news"', id="5.3 a list"),
        pytest.param('unsubscribe "weekly"', 'customer.subscriptions does not contain "weekly"', id="5.3 a list left"),
        pytest.param('send email "m"', 'any(sent "m")', id="5.3 a message"),
        pytest.param("start c", "inside c", id="6.8 another flow"),
        pytest.param('tag "x"', 'any(tagged "x")', id="5.3 the event of a tag"),
        pytest.param('tag "x"', 'any(entered "a")', id="5.3 an entry"),
    ],
)
def test_conditions_of_other_flows_see_an_effect_at_once(step: str, watched: str) -> None:
    text = flow(step, "wait 1 day") + f'flow b\n  when {watched}\n  notify "t" "seen"\nflow c\n  on cart\n  wait 1 day\n'
    customer = {"tags": ("old",), "subscriptions": ("weekly", "monthly")}
    lines = of(text, "notified", customer=customer)
    assert [line["at"] for line in lines] == ["2026-01-10T00:00:00Z"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param("10 EUR / 3", "3.33 EUR", id="2.4 rounded to the minor unit"),
        pytest.param("10.01 EUR * 50%", "5.01 EUR", id="2.4 half up"),
        pytest.param("trigger.total / (trigger.total / 10 EUR)", "10.00 EUR", id="2.4 money through money is a number"),
    ],
)
def test_money_is_rounded_where_it_is_set(value: str, shown: str) -> None:
    (line,) = of(flow(f"set customer.spent = {value}"), "changed")
    assert line["value"] == shown


def test_2_4_set_to_unknown_clears_the_field() -> None:
    text = flow("set customer.spent = trigger.discount", 'if customer.spent is known\n  tag "x"\nelse\n  tag "y"')
    lines = of(text, "changed", "tagged", customer={"spent": 100})
    assert "value" not in lines[0]
    assert lines[1]["tag"] == "y"


@pytest.mark.parametrize(
    ("steps", "score"),
    [
        pytest.param(["add 10 points to customer.score"], "10", id="9.2 missing counts as 0"),
        pytest.param(["add 10 points to customer.score for 1 day", "wait 1 day"], "0", id="9.2 points expire"),
        pytest.param(["add 10 points to customer.score for 2 days", "wait 1 day"], "10", id="9.2 not yet"),
        pytest.param(
            ["add 10 points to customer.score for 1 day", "add 5 points to customer.score", "take 12 points from customer.score"],
            "3",
            id="9.2 take uses the lots, then the base",
        ),
        pytest.param(
            [
                "add 10 points to customer.score for 1 day",
                "add 5 points to customer.score",
                "take 12 points from customer.score",
                "wait 2 days",
            ],
            "3",
            id="9.2 what was taken does not expire again",
        ),
        pytest.param(["add 5 points to customer.score", "take 12 points from customer.score"], "0", id="9.2 not below 0"),
        pytest.param(
            ["add 5 points to customer.score for 1 day", "set customer.score = 7", "wait 2 days"],
            "7",
            id="9.2 set replaces the lots",
        ),
        pytest.param(
            ["add 2.5 points to customer.score", "add 0.25 points to customer.score"], "2.75", id="2.4 numbers are exact"
        ),
    ],
)
def test_a_score(steps: list[str], score: str) -> None:
    (line,) = of(flow(*steps, 'notify "t" "{customer.score}"'), "notified")
    assert line["text"] == score


def test_9_2_nothing_taken_from_a_missing_score_leaves_it_missing() -> None:
    steps = ("take 5 points from customer.score", 'if customer.score is known\n  tag "x"\nelse\n  tag "y"')
    points, tagged = of(flow(*steps), "points", "tagged")
    assert (points["amount"], points["same"], tagged["tag"]) == (0, True, "y")


def test_9_2_taking_stops_at_0_also_where_the_base_is_below_it() -> None:
    steps = (
        "add (0 - 4) points to customer.score",
        "add 5 points to customer.score for 9 days",
        "take 3 points from customer.score",
    )
    assert [line["amount"] for line in of(flow(*steps), "points")] == [-4, 5, -1, -4]


def test_9_2_less_than_nothing_is_nothing_taken() -> None:
    points, told = of(flow("take (0 - 5) points from customer.score", 'notify "t" "{customer.score}"'), "points", "notified")
    assert (points["amount"], told["text"]) == (0, "")


def test_2_4_a_score_that_is_whole_again_is_a_whole_number() -> None:
    steps = ("add 0.5 points to customer.score", "take 0.5 points from customer.score")
    (line,) = of(flow(*steps, 'send email "m"\n  with score = customer.score'), "sent")
    assert line["with"] == {"score": 0}


def test_5_4_points_and_coupons_expire_in_the_order_in_which_they_were_given() -> None:
    for steps, order in (
        (['issue coupon "c" 10% off for 1 day', "add 5 points to customer.score for 1 day"], ["coupon_expired", "points"]),
        (["add 5 points to customer.score for 1 day", 'issue coupon "c" 10% off for 1 day'], ["points", "coupon_expired"]),
    ):
        assert [line["what"] for line in of(flow(*steps), "points", "coupon_expired") if line["cause"] == "clock"] == order


def test_5_4_points_that_expire_are_an_event_with_nobody_s_run() -> None:
    text = flow("add 10 points to customer.score for 1 day") + 'flow b\n  when customer.score = 0\n  tag "cold"\n'
    lines = of(text, "points", "tagged")
    assert [(line["what"], line["at"][8:10], line.get("amount"), line["flow"]) for line in lines] == [
        ("points", "10", 10, "a"),
        ("points", "11", -10, None),
        ("tagged", "11", None, "b"),
    ]
    assert lines[1]["reason"] == "expired"


# -- Texts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "customer", "written"),
    [
        ("Hi {customer.first_name else 'you'}", {"first_name": "Anna"}, "Hi Anna"),
        ("Hi {customer.first_name else 'you'}", {}, "Hi you"),
        ("Hi {customer.first_name else customer.last_name}", {"last_name": "Neri"}, "Hi Neri"),
        ("Hi {customer.first_name}", {}, "Hi "),
        ("{trigger.total} on {trigger.at}", {}, "40.00 EUR on 2026-01-10 09:00"),
        ("{count(order)} and {trigger.total * 2 / 3}", {}, "1 and 26.67 EUR"),
        ("{customer.birthday}", {"birthday": (2, 29)}, "2026-02-28"),
        ("{today} {now.weekday} {now.time}", {}, "2026-01-10 saturday 09:00"),
    ],
)
def test_a_text_shows_what_it_asks_for(text: str, customer: dict[str, Any], written: str) -> None:
    rows: list[Row] = [("order", "2026-01-10 09:00", {"total": 4000})]
    (line,) = of(flow(f'notify "team" "{text}"'), "notified", rows=rows, customer=customer, clock="Asia/Tokyo")
    assert line["text"] == written


@pytest.mark.parametrize(("language", "subject"), [("it", "Ciao"), ("en", "Hello"), (None, "Hello")])
def test_of_several_subjects_the_first_that_holds_counts(language: str | None, subject: str) -> None:
    text = flow(
        'send email "x"\n  subject "Ciao" if customer.language = "it"\n  subject "Hello"\n  sender "Anna"\n  with n = 2 + 1'
    )
    customer = {} if language is None else {"language": language}
    (line,) = of(text, "sent", customer=customer)
    assert (line["subject"], line["sender"], line["with"]) == (subject, "Anna", {"n": 3})


# -- Bounds -----------------------------------------------------------------------------------------------------------


def test_6_5_a_flow_that_is_started_has_the_trigger_of_its_starter_also_where_that_is_the_clock() -> None:
    text = """
flow a
  when count(order) >= 1
  wait 1 day
  start b
flow b
  notify "t" "{trigger.at} {count(cart since trigger)}"
"""
    (line,) = of(text, "notified", rows=[("order", "2026-01-10 09:00", {}), ("cart", "2026-01-10 12:00", {})])
    assert line["text"] == "2026-01-10 09:00 1"


def test_5_5_flows_that_start_each_other_are_stopped_once_for_an_instant() -> None:
    text = """
flow a
  on order
  enter every time
  start b
flow b
  on cart
  enter every time
  start a
"""
    lines = of(text, "stopped", "entered")
    stopped = [line for line in lines if line["what"] == "stopped"]
    assert len(stopped) == 1
    assert sorted(stopped[0]["flows"]) in (["a"], ["b"], ["a", "b"])
    assert len(lines) == 102


def test_5_5_tags_that_bring_each_other_back_are_stopped() -> None:
    text = """
flow a
  on order or untagged "x"
  tag "x"
flow b
  on tagged "x"
  untag "x"
"""
    lines = of(text, "stopped", "tagged", "untagged")
    assert [line["what"] for line in lines].count("stopped") == 1
    assert len(lines) == 102


def test_5_2_the_first_ready_run_steps_until_it_waits() -> None:
    text = """
flow first
  on order
  tag "a"
  tag "b"
  wait 1 day
  tag "c"
flow second
  on tagged "a"
  tag "d"
"""
    assert [line["tag"] for line in of(text, "tagged")] == ["a", "b", "d", "c"]


def test_a_run_says_what_it_waits_for() -> None:
    lines = of(flow("wait 1 day", "wait until monday at 08:00"), "waiting")
    assert [line["until"] for line in lines] == ["2026-01-11T00:00:00Z", "2026-01-12T08:00:00Z"]


def test_nothing_is_said_of_a_replay_in_which_nothing_happens() -> None:
    assert said(journal(flow('tag "x"'), start="2026-01-01", until="2026-02-01")) == []
