"""Small ADaM datasets for the tests: tables of text, and one whole trial of eight compared patients."""

from __future__ import annotations

import csv
import io

import pandas as pd

from il2dash.study.raw_tables import RawTable


def raw(file: str, text: str) -> RawTable:
    """Return a table written as CSV, with the rows counted as in a file; cells keep their spaces."""
    header, *rows = list(csv.reader(io.StringIO(text.strip("\n"))))
    data = pd.DataFrame(rows, columns=[name.strip() for name in header], dtype="str")
    data.index = pd.Index(range(2, len(rows) + 2), dtype="int64", name="row")
    return RawTable(file=file, data=data)


ADSL = """
STUDYID,USUBJID,TRT01P,TRT01A,TRT01PN,ARMCD,RANDFL,AGE,AGEU,SEX,RACE,EOSSTT,RANDDT,TRTSDT
XYZ-01,01,Placebo,Placebo,0,PBO,Y,40,YEARS,F,WHITE,COMPLETED,2020-01-01,2020-01-01
XYZ-01,02,Placebo,Drug,0,PBO,Y,50,YEARS,M,WHITE,COMPLETED,2020-01-01,2020-01-01
XYZ-01,03,Placebo,Placebo,0,PBO,Y,60,YEARS,F,ASIAN,DISCONTINUED,2020-01-01,2020-01-01
XYZ-01,04,Placebo,Placebo,0,PBO,Y,45,YEARS,M,ASIAN,COMPLETED,2020-01-01,2020-01-01
XYZ-01,05,Drug,Drug,1,DRG,Y,41,YEARS,F,WHITE,COMPLETED,2020-01-01,2020-01-01
XYZ-01,06,Drug,Drug,1,DRG,Y,52,YEARS,M,WHITE,COMPLETED,2020-01-01,2020-01-01
XYZ-01,07,Drug,Placebo,1,DRG,Y,63,YEARS,F,ASIAN,DISCONTINUED,2020-01-01,2020-01-01
XYZ-01,08,Drug,Drug,1,DRG,Y,47,YEARS,M,WHITE,ONGOING,2020-01-01,2020-01-01
XYZ-01,09,Drug 2x,Drug 2x,2,DRG2,Y,44,YEARS,F,WHITE,COMPLETED,2020-01-01,2020-01-01
XYZ-01,10,Screen Failure,,,SCRNFAIL,,39,YEARS,F,WHITE,,,
XYZ-01,11,Drug,Drug,1,DRG,N,39,YEARS,F,WHITE,,,
"""

ADLB = """
USUBJID,PARAMCD,PARAM,AVISIT,AVISITN,ADY,AVAL,AVALC,ABLFL,ANL01FL,DTYPE
01,CD4,CD4 count (cells/uL),        Baseline,0,-3,100,,Y,,
01,CD4,CD4 count (cells/uL),       Week 12,3,86,190,,,Y,
01,CD4,CD4 count (cells/uL),       Week 12,3,90,500,,,,
02,CD4,CD4 count (cells/uL),        Baseline,0,1,110,,Y,,
02,CD4,CD4 count (cells/uL),       Week 12,3,85,250,,,Y,
03,CD4,CD4 count (cells/uL),        Baseline,0,1,120,,Y,,
03,CD4,CD4 count (cells/uL),       Week 12,3,85,300,,,Y,LOCF
04,CD4,CD4 count (cells/uL),        Baseline,0,1,90,,Y,,
04,CD4,CD4 count (cells/uL),       Week 12,3,84,140,,,Y,
05,CD4,CD4 count (cells/uL),        Baseline,0,1,100,,Y,,
05,CD4,CD4 count (cells/uL),       Week 12,3,85,210,,,Y,
05,CD4,CD4 count (cells/uL),Unscheduled 3.1,3.1,71,800,,,Y,
05,CD4,CD4 count (cells/uL),Unscheduled 3.2,3.2,75,900,,,,
06,CD4,CD4 count (cells/uL),        Baseline,0,1,130,,Y,,
06,CD4,CD4 count (cells/uL),       Week 12,3,85,200,,,Y,
07,CD4,CD4 count (cells/uL),        Baseline,0,1,105,,Y,,
07,CD4,CD4 count (cells/uL),       Week 12,3,85,260,,,Y,
08,CD4,CD4 count (cells/uL),        Baseline,0,1,95,,Y,,
08,CD4,CD4 count (cells/uL),       Week 12,3,85,150,,,Y,
01,HIVRNA,HIV-1 RNA (copies/mL),Baseline,0,-3,50000,,Y,,
01,HIVRNA,HIV-1 RNA (copies/mL),Week 12,3,86,,<50,,Y,
05,HIVRNA,HIV-1 RNA (copies/mL),Baseline,0,1,60000,60000,Y,,
05,HIVRNA,HIV-1 RNA (copies/mL),Week 12,3,85,25,<50,,Y,
09,CD4,CD4 count (cells/uL),Baseline,0,1,77,,Y,,
10,CD4,CD4 count (cells/uL),Screening,,-10,300,,,,
"""

ADTTE = """
USUBJID,PARAMCD,PARAM,AVAL,CNSR,STARTDT,ADT
01,OS,Overall Survival (Days),364,1,2020-01-01,2020-12-30
02,OS,Overall Survival (Days),364,1,2020-01-01,2020-12-30
03,OS,Overall Survival (Days),70,0,2020-01-01,2020-03-11
04,OS,Overall Survival (Days),364,2,2020-01-01,2020-12-30
05,OS,Overall Survival (Days),364,1,2020-01-01,2020-12-30
06,OS,Overall Survival (Days),364,1,2020-01-01,2020-12-30
07,OS,Overall Survival (Days),140,1,2020-01-01,2020-05-20
08,OS,Overall Survival (Days),364,1,2020-01-01,2020-12-30
04,AIDS,Time to AIDS event (Days),28,0,2020-01-01,2020-01-29
07,AIDS,Time to AIDS event (Days),147,1,2020-01-01,2020-05-27
"""

ADAE = """
USUBJID,AETERM,AEDECOD,ASTDY,AESEV,AETOXGR,TRTEMFL,AESER
01,bad headache,Headache,8,MODERATE,,Y,N
05,fever,Pyrexia,1,SEVERE,,Y,Y
05,old fever,Pyrexia,-4,MILD,,,N
06,rash,Rash,,MILD,,Y,N
09,rash,Rash,3,MILD,,Y,N
"""


def trial() -> list[RawTable]:
    """Return the four datasets of the trial and a table that is none of them."""
    return [
        raw("adlb.xpt", ADLB),
        raw("adsl.xpt", ADSL),
        raw("adtte.xpt", ADTTE),
        raw("adae.xpt", ADAE),
        raw("codes.csv", "code,meaning\n1,one"),
    ]
