"""Study days that datasets lack: counted from the dates without a day 0, told, and otherwise left alone."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from il2dash.intake.adam import recognize
from il2dash.intake.adam_study_days import with_study_days
from tests.intake.adam_tables import ADAE, ADLB, raw, trial
from tests.intake.test_adam import built, read

ADSL = """
USUBJID,TRT01P,RANDDT,TRTSDT
01,A,2020-01-01,2020-01-03
02,B,2020-01-01,
03,B,,
"""


def days(findings):
    datasets = recognize([raw("adsl.csv", ADSL), raw("adlb.csv", findings)])
    counted, notes = with_study_days(datasets)
    return counted.findings[0].data["ADY"].tolist(), notes


@pytest.mark.parametrize(
    ("date", "day"),
    [("2020-01-02", "-1"), ("2020-01-03", "1"), ("2020-01-04", "2"), ("2020-03-27", "85"), ("2020-01", ""), ("", "")],
)
def test_there_is_no_day_0(date, day):
    assert days(f"USUBJID,PARAMCD,AVAL,AVISIT,ADT\n01,CD4,1,x,{date}\n02,CD4,1,x,2020-01-01")[0] == [day, "1"]


def test_what_is_counted_is_told_and_days_that_are_there_stay():
    found, notes = days(
        "USUBJID,PARAMCD,AVAL,AVISIT,ADT,ADY\n01,CD4,1,x,2020-01-05,\n01,CD4,1,x,2020-01-05,7\n"
        "02,CD4,1,x,2020-01-05,\n03,CD4,1,x,2020-01-05,"
    )
    assert found == ["3", "7", "5", ""]
    assert notes == (
        "adlb.csv: 1 study day (ADY) counted from ADT since TRTSDT of ADSL, which is day 1; there is no day 0.",
        "adlb.csv: 1 study day (ADY) counted from ADT since RANDDT of ADSL, which is day 1; there is no day 0.",
    )


def by_dates(table, day, date):
    """Return a dataset of the trial with its days written as dates since its first day, 2020-01-01."""
    number = pd.to_numeric(table.data[day])
    since = pd.to_timedelta(number - (number >= 1), unit="D")
    text = (pd.Timestamp("2020-01-01") + since).dt.strftime("%Y-%m-%d").fillna("")
    return replace(table, data=table.data.drop(columns=day).assign(**{date: text.astype("str")}))


def test_a_trial_by_its_dates_is_the_same_trial():
    adlb = by_dates(raw("adlb.xpt", ADLB), "ADY", "ADT")
    adae = by_dates(raw("adae.xpt", ADAE), "ASTDY", "ASTDT")
    others = [table for table in trial() if table.file not in ("adlb.xpt", "adae.xpt")]
    result = built([adlb, adae, *others])
    assert read(result).fingerprint == read(built()).fingerprint
    assert [note.split(" counted")[0] for note in result.notes[:2]] == [
        "adlb.xpt: 24 study days (ADY)",
        "adae.xpt: 4 study days (ASTDY)",
    ]
