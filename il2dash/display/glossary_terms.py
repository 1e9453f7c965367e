"""The words of the trade that the pages use, each explained in at most two sentences for a clinician.

What is a study's own word (its drugs, scores and stages) stands in its study.toml, under [[glossary]].
"""

from __future__ import annotations

TERMS: dict[str, tuple[str, tuple[str, ...]]] = {
    # Design and standing
    "arm": ("One of the groups that patients were randomized to.", ()),
    "reference arm": ("The arm that the other is compared with: every difference is the other arm minus this one.", ()),
    "randomized": ("Assigned to an arm by chance, so that the arms differ only by chance at the start.", ()),
    "baseline": ("The visit before treatment starts, at week 0.", ()),
    "endpoint": ("What was to be measured to judge the treatment, such as a value reached at a given week.", ()),
    "responder": ("A patient who has reached the endpoint.", ()),
    "prespecified": ("Written down before the data were seen. What is found by such an analysis wasn't picked.", ()),
    "exploratory": (
        "Not planned beforehand, or in other patients, at another threshold or with another rule than planned. "
        "It raises questions, and doesn't settle them.",
        (),
    ),
    "post-baseline": (
        "Known only after treatment has started. Who is chosen by it may differ between the arms because of the "
        "treatment.",
        (),
    ),
    "stratum": ("A group of patients who are alike in one covariate.", ("strata", "stratified", "within strata")),
    "covariate": ("Something known of each patient, such as age, that may go with the outcome.", ()),
    "subgroup": ("Some of the patients, chosen by a covariate.", ()),
    "outlier": ("A value far from the others.", ()),
    # Estimates
    "confidence interval": (
        "The range of true values that the data are compatible with. Of many such 95% intervals, 95 in 100 hold the "
        "truth.",
        ("CI", "interval"),
    ),
    "P value": (
        "How often chance alone would give a result at least as far from no difference, if there were none. It says "
        "nothing about how large a difference is, or how likely.",
        ("P",),
    ),
    "risk difference": (
        "The percentage of responders in one arm minus that in the other, in percentage points.",
        ("difference of proportions",),
    ),
    "percentage point": ("The unit of a difference of percentages: from 14% to 18% is 4 points.", ()),
    "risk ratio": ("The proportion of responders in one arm divided by that in the other; 1 means equal.", ()),
    "odds ratio": (
        "Odds are responders against the others, such as 4 to 24. The odds of one group are divided by those of "
        "another; 1 means equal.",
        (),
    ),
    "conditional odds ratio": (
        "The odds ratio that fits best given how many responded in all, as Fisher's exact test takes it.",
        (),
    ),
    "number needed to treat": (
        "How many patients must have the treatment for one more responder than without it. Where a harm isn't "
        "excluded either, its interval runs through infinity.",
        ("NNT",),
    ),
    "rate": ("Events divided by the time that patients were observed.", ()),
    "rate ratio": ("The rate of events in one arm divided by that in the other; 1 means equal.", ()),
    "person-year": ("One patient observed for one year, or two for half a year each.", ()),
    "hazard ratio": (
        "How much more often events happen in one arm than in the other at any moment, among those still free of one. "
        "1 means equal.",
        ("hazard",),
    ),
    "median": ("The value in the middle: half of the patients are below it and half above.", ()),
    "quartile": ("The values below which a quarter and three quarters of the patients are.", ("Q1", "Q3")),
    "standard deviation": ("How far values typically lie from their mean.", ("SD",)),
    "standard error": ("How far an estimate would typically lie from the truth in trials like this one.", ()),
    "standardized difference": (
        "How far the arms are apart in standard deviations, so that any characteristics can be compared. Beyond 0.2 or "
        "so it is worth a look.",
        ("standardized mean difference", "SMD"),
    ),
    "change from baseline": ("A patient's value at a visit minus the same patient's value before treatment.", ()),
    "pointwise": ("Each point has its own 95% interval: the whole curve lies in all of them less often.", ()),
    # Intervals and tests
    "Wilson": ("An interval of a proportion that holds in small groups, also at 0% and 100%.", ()),
    "Clopper-Pearson": ("An exact interval of a proportion: never too narrow, often wider than it need be.", ()),
    "Jeffreys": ("An interval of a proportion between Wilson's and the exact one.", ()),
    "Newcombe": ("An interval of a risk difference, made of the two arms' Wilson intervals.", ()),
    "Miettinen-Nurminen": (
        "An interval of a difference or ratio of proportions: the values that a score test doesn't reject.",
        (),
    ),
    "Fisher": (
        "The exact test of two proportions given how many responded in all.",
        ("Fisher exact test",),
    ),
    "mid-p": ("Fisher's test with half of the probability of the observed table: less cautious, on purpose.", ()),
    "Boschloo": ("An exact test of two proportions that rejects more often than Fisher's and is as safe.", ()),
    "Wilcoxon": (
        "A test that compares the ranks of the values and not their size, so that single extreme values weigh little.",
        ("rank-sum",),
    ),
    "Hodges-Lehmann": (
        "The median of all differences between a patient of one arm and one of the other.",
        ("shift",),
    ),
    "Welch": ("The t test of two means that doesn't take the arms to vary equally.", ()),
    "ANCOVA": (
        "A comparison of means at equal baseline values (analysis of covariance).",
        ("analysis of covariance", "adjusted for baseline"),
    ),
    "exact": ("Computed from all possible outcomes and not by an approximation for large trials.", ()),
    "degrees of freedom": ("How much information a test has, or how many quantities it tests at once.", ("df",)),
    # Models
    "logistic regression": (
        "A model of how the odds of responding go with several covariates at once.",
        ("logistic model",),
    ),
    "adjusted": ("Compared at equal values of the other covariates, as far as a model can.", ("adjusted for",)),
    "Firth": (
        "A logistic regression that few responders don't mislead: it penalizes extreme estimates and always has a "
        "finite one.",
        ("penalized likelihood", "penalized likelihood-ratio"),
    ),
    "profile penalized likelihood": (
        "An interval of the values that the penalized likelihood-ratio test doesn't reject. It needn't be symmetric.",
        ("profile penalized-likelihood",),
    ),
    "maximum likelihood": (
        "The usual estimate: the values under which these data are most probable. With few events it exaggerates.",
        (),
    ),
    "Wald": ("A test or interval from the estimate and its standard error alone: unreliable in small trials.", ()),
    "FLIC": ("Firth's method with an intercept that makes the mean prediction the observed proportion.", ()),
    "separation": (
        "A covariate, or several, tells all responders from the others. The usual odds ratio is then infinite.",
        ("separate",),
    ),
    "events per variable": (
        "The smaller of responders and others, for each coefficient of the model. Below 10, as a weak rule, estimates "
        "are shaky.",
        (),
    ),
    "collinearity": (
        "Covariates that go together, so that it can't be told which one matters.",
        ("variance inflation",),
    ),
    "interaction": ("The treatment's effect differs with a covariate.", ()),
    "g-computation": (
        "The model predicts every patient in either arm, and the mean predictions are compared.",
        (),
    ),
    "calibration": ("Whether of patients with a predicted 20% about 20% respond.", ("miscalibration",)),
    "c-statistic": (
        "Of pairs of a responder and another patient, the share in which the responder has the higher prediction. 0.5 "
        "is chance, 1 is perfect.",
        (),
    ),
    "Brier score": ("The mean squared distance between prediction and outcome; 0 is perfect.", ()),
    "optimism": ("How much better a model looks in the patients it was fitted to than it would in others.", ()),
    "bootstrap": (
        "Drawing patients anew from those of the trial, many times, to see how much a result varies.",
        ("resample",),
    ),
    "infinitesimal jackknife": (
        "How much a result varies, told from how far each patient moves it: what a bootstrap of many patients comes "
        "to, without drawing.",
        (),
    ),
    # Repeated measures and limits
    "mixed model of repeated measures": (
        "A model of all visits of a patient together, so that those who miss a visit still count with the others.",
        ("MMRM", "model of repeated measures", "mixed model"),
    ),
    "Kenward-Roger": ("A correction that keeps the intervals of a mixed model honest in small trials.", ()),
    "Satterthwaite": ("An approximation of a mixed model's degrees of freedom.", ()),
    "least-squares mean": ("A model's mean of an arm at a visit, at equal baseline values.", ()),
    "unstructured covariance": (
        "Every pair of visits has its own correlation: nothing is assumed about how visits go together.",
        (),
    ),
    "compound symmetry": ("All visits vary alike, and all pairs of them go together alike.", ()),
    "restricted maximum likelihood": ("The usual way to fit a mixed model, without bias in its variances.", ("REML",)),
    "log10": ("The logarithm to base 10: one more is ten times as much.", ()),
    "LLOQ": (
        "Lower limit of quantification: the assay can't measure less, and reports only that the value is below.",
        ("assay's limit", "assay limit", "below the limit"),
    ),
    "censored normal": (
        "A model that takes a value below the limit for what it is, somewhere below, and doesn't fill in a number.",
        (),
    ),
    # Missing outcomes
    "missing = failure": ("A patient whose outcome isn't known counts as not having responded.", ()),
    "complete cases": (
        "Only patients whose outcome is known are counted. That misleads where those without one differ.",
        (),
    ),
    "last observation carried forward": (
        "A missing value is replaced by the patient's last one, as if nothing had changed since.",
        ("last observation",),
    ),
    "best case": (
        "Unknown outcomes count in favor of the treatment, or in the worst case against it. The truth lies between.",
        ("worst case", "best and the worst case"),
    ),
    "multiple imputation": (
        "Missing values are drawn many times from what similar patients had, and the results combined. The interval "
        "then knows that they were drawn.",
        ("imputation",),
    ),
    "missing at random": (
        "Whether a value is missing depends on nothing but what was observed. The data can't show it.",
        (),
    ),
    "Mantel-Haenszel": ("Combines the comparisons within strata to one.", ("Cochran-Mantel-Haenszel",)),
    # Events
    "censored": (
        "Observed only up to a point: follow-up ended before the event, or the value lay beyond the assay's limit.",
        (),
    ),
    "Kaplan-Meier": ("The proportion still free of the event over time, using everybody for as long as observed.", ()),
    "log-rank": ("A test that compares the whole courses of two arms over time.", ()),
    "Cox regression": ("The usual model of a hazard ratio; it takes the ratio to be the same all the time.", ()),
    "cumulative incidence": (
        "The proportion who have had the event by a given week. Whoever dies before it can't have it any more.",
        ("death competing",),
    ),
    "competing risk": ("Something, such as death, after which the event can't happen any more.", ()),
    "mean cumulative count": ("How many events a patient has had on average by a given week.", ("mean number of",)),
    "at risk": ("Still observed, and free of the event, just before that week.", ()),
    "grade": ("How severe an adverse event was: 1 mild, 2 moderate, 3 severe, 4 life-threatening, 5 death.", ()),
    "adverse event": ("Anything untoward that happened to a patient, whether or not the treatment caused it.", ()),
}
"""A term, its meaning, and other spellings under which it stands on the pages."""
