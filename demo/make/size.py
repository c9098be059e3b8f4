"""Package sizes of the panel ("12 PK/12 OZ", "1/2 GAL", "83.5 SQ FT") as a Chinese and an English shopper reads them.

Chinese sizes are metric, English ones keep the units of the panel. A size that cannot be read is not shown.
"""
import re

ML, GRAM = 29.5735, 28.3495
FLUID = {"GA": 3785.41, "GAL": 3785.41, "GALON": 3785.41, "QT": 946.353, "PT": 473.176, "L": 1000.0, "LT": 1000.0, "ML": 1.0}
EN = {"GA": "gal", "GAL": "gal", "GALON": "gal", "QT": "qt", "PT": "pt", "L": "L", "LT": "L", "ML": "ml", "OZ": "oz", "OZS": "oz",
      "LB": "lb", "FT": "ft", "IN": "in"}
NUMBER = r"(\d+ \d+/\d+|\d+/\d+|\d*\.?\d+)"
# Whole cases given as one amount, and a box of bars given as a multiple.
CASES = {"405.6 OZ": "24/16.9 OZ", "144 OZ": "12/12 OZ", "288 OZ": "24/12 OZ", "101.4 OZ": "6/16.9 OZ", "5/7.4 OZ": "5 CT/7.4 OZ"}
COUNT = {"CT", "PC", "PK", "STEM", "STEMS", "LD", "LOAD", "LOADS", "ROLL"}


def number(text):
    total = 0.0
    for part in text.split():
        a, _, b = part.partition("/")
        total += float(a) / float(b) if b else float(a)
    return total


def plain(x):
    """Whole from ten on, two digits below: nobody weighs a tenth of a gram."""
    return str(round(x)) if x >= 10 else exact(x)


def exact(x):
    return f"{x:.2f}".rstrip("0").rstrip(".")


def metric(x, small, large):
    return f"{exact(round(x / 1000, 1 if x >= 10_000 else 2))} {large}" if round(x) >= 1000 else f"{plain(x)} {small}"


def quantity(n, unit, measure):
    """One measured quantity as (grams, millilitres or metres; Chinese; English), or None."""
    if unit in ("OZ", "OZS"):
        x = n * (ML if measure == "l" else GRAM)
        zh = metric(x, "毫升", "升") if measure == "l" else metric(x, "克", "千克")
    elif unit == "LB":
        x, zh = n * 453.592, metric(n * 453.592, "克", "千克")
    elif unit in FLUID:
        x, zh = n * FLUID[unit], metric(n * FLUID[unit], "毫升", "升")
    elif unit == "SQ FT":
        return n, f"{exact(round(n * 0.092903, 1))} 平方米", f"{exact(n)} sq ft"
    elif unit == "FT":
        return n, f"{exact(round(n * 0.3048, 1))} 米", f"{exact(n)} ft"
    elif unit == "IN":
        return n, f"{plain(n * 2.54)} 厘米", f"{exact(n)} in"
    else:
        return None
    return x, zh, f"{exact(n)} {EN[unit]}"


def read(text, measure, counter, single=False):
    """(comparable amount, Chinese, English) of a package size; (0, "", "") when there is none to show.

    `single` is for goods sold by the piece, where a fluid measure names the size of the piece (a cup)."""
    t = re.sub(r"^[A-Z] +(?=[\d.])", "", " ".join((text or "").upper().split()))
    t = re.sub(r"^\(\d+\) ?", "", t).replace("DOZ", "DZ").removesuffix(" BAG").removesuffix(" CAN").removesuffix(" BOX")
    t = re.sub(r"SQ\.? ?FT", "SQFT", t)
    if re.fullmatch(r"(1 )?DZ", t):
        t = "12 CT"
    if t in ("GAL", "GA", "PT", "QT", "L", "LB"):
        t = "1 " + t
    t = CASES.get(t, t)
    unit = r"([A-Z]+)"
    if m := re.fullmatch(rf"{NUMBER} ?{unit}", t):
        n, u = number(m[1]), m[2].replace("SQFT", "SQ FT")
        if n <= 0:
            return 0, "", ""
        if u in COUNT:
            return (n, f"{plain(n)} {counter}", counts(n, u)) if n > 1 else (0, "", "")
        return quantity(n, u, measure) or (0, "", "")
    if m := re.fullmatch(rf"(\d+) ?(?:PK)?[/-] ?{NUMBER} ?(OZ|ML|L|LB|QT|PT)", t):
        one = quantity(number(m[2]), m[3], measure)
        return one[0] * int(m[1]), f"{one[1]} × {m[1]}", f"{m[1]} × {one[2]}"
    if (m := re.fullmatch(rf"(\d+) ?CT ?/ ?{NUMBER} ?(OZ|LB|GAL)", t)) or (m := re.fullmatch(rf"{NUMBER} ?(OZ|LB) ?/ ?(\d+) ?CT", t)):
        n, amount, u = (m[1], m[2], m[3]) if t.index("CT") < t.index(m[3]) else (m[3], m[1], m[2])
        whole = quantity(number(amount), u, measure)
        if single:
            return int(n), f"{n} {counter}", f"{n} ct"
        return whole[0], f"{whole[1]} · {n} {counter}", f"{whole[2]}, {n} ct"
    return 0, "", ""


def counts(n, unit):
    word = {"STEM": "stems", "STEMS": "stems", "LD": "loads", "LOAD": "loads", "LOADS": "loads", "PK": "pack", "ROLL": "rolls"}
    return f"{plain(n)} {word.get(unit, 'ct')}"


def produce(text):
    """The size of fruit and vegetables as sold: berries come by the pint box."""
    box = {"PT": ("品脱装", "1 pt"), "1 PT": ("品脱装", "1 pt"), "1/2 PT": ("半品脱装", "1/2 pt")}.get((text or "").strip())
    return (1.0 if box[1] == "1 pt" else 0.5, *box) if box else read(text, "s", "个")


def is_case(text, heaviest):
    """True when a produce size is the shipping case of the shop, not what a customer takes home."""
    t = (text or "").upper()
    if m := re.search(r"(\d+)(?:-(\d+))? ?CT", t):
        return int(m[2] or m[1]) >= 5
    if m := re.search(r"([\d.]+) ?LB", t):
        return float(m[1]) > heaviest
    return False
