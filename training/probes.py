"""Sentences that every model scores when it is written and again when it is loaded."""

# A few of each label, and some that only look like one, so that a change anywhere in the model shows in one of them.
PROBES: tuple[str, ...] = (
    "The harbour board will open the new lock to freight traffic in October.",
    "Grain exports through the northern ports fell 4.2% last month, the statistics office said on Tuesday.",
    "The deputy mayor denied that she had ever met the contractor.",
    "“That meeting never took place,” a spokesman for the union told reporters.",
    "There is no truth to the rumour that the ferry line is for sale, its owner said.",
    "The striker was denied a late winner by the crossbar.",
    "The judge rejected his application for bail on Friday.",
    "The ministry clarified that the levy applies only to imported cars, not to those built at home.",
    "An earlier version of this article misstated the year in which the bridge opened.",
    "She later said that by “everyone” she had meant the members of her own committee.",
    "The court will clarify the rules for appeals next spring.",
    "Why did nobody close the valve?",
    "Follow our live coverage below.",
    "Reporting by Ottilie Marchetti; editing by Dunstan Roe",
)
