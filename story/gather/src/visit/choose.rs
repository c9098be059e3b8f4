//! The page on which a visitor says where they are, when a live code leads to the nearest store and
//! the address does not say it: by the phone's position, or by choosing from a list.
//!
//! The page stands on its own: one form that works without its script, for whoever has none or says
//! no to the position. It goes on to the same code with the choice. `asked` says when the page was shown:
//! the scan was counted then, and nobody is asked again. Many stores are chosen by their city first,
//! so that the page stays small on a slow network. The position is not kept.
use super::follow::{Scan, Step};
use crate::live_code::Plans;
use crate::live_code::page::safe;
use crate::live_code::route::{self, Led, Mode, Visitor};
use crate::{live_code, touchpoint};
use std::collections::BTreeMap;
use weir_ground::base::{Ms, Result};
use weir_ground::event::{BrandId, StoreId};
use weir_ground::{Tx, from_row, params};
use weir_keep::brand;
use weir_know::identity;

/// At most so many stores or cities on one page.
const MOST: usize = 20;
/// The city of stores that have none.
const ELSEWHERE: &str = "-";

/// A store to choose.
#[derive(Clone, Debug)]
struct Shop {
    id: StoreId,
    code: String,
    name: String,
    city: Option<String>,
    lat: Option<i64>,
    lng: Option<i64>,
}
from_row!(Shop { id, code, name, city, lat, lng });

impl Shop {
    fn region(&self) -> &str {
        self.city.as_deref().map(str::trim).filter(|c| !c.is_empty()).unwrap_or(ELSEWHERE)
    }
    fn place(&self) -> Option<(i64, i64)> {
        self.lat.zip(self.lng)
    }
}

/// Everything that the page shows.
#[derive(Clone, Debug)]
pub struct Choice {
    brand: String,
    code: String,
    asked: Ms,
    utm: Vec<(&'static str, String)>,
    shops: Vec<Shop>,
}

/// What there is to choose between these stores, those that are closed left out.
pub fn between(tx: &mut Tx, brand: BrandId, code: &str, scan: &Scan, stores: &[StoreId]) -> Result<Choice> {
    let mut shops: Vec<Shop> = tx.all(
        "select s.id, s.code, s.name, s.city, p.lat, p.lng from store s left join store_place p on p.store_id = s.id \
         where s.brand_id = $1 and s.active = 1",
        params![brand],
    )?;
    shops.retain(|s| stores.contains(&s.id));
    shops.sort_by(|a, b| (a.region(), &a.name, a.id).cmp(&(b.region(), &b.name, b.id)));
    Ok(Choice { brand: brand::get(tx, brand)?.name, code: code.into(), asked: tx.now(), utm: scan.visit.utm.clone(), shops })
}

/// The choice once more for somebody who opened a city or the next page, if there still is one. Writes nothing.
pub fn again(tx: &mut Tx, plans: &Plans, code: &str, scan: &Scan) -> Result<Option<Choice>> {
    let Some(t) = touchpoint::by_code(tx, code)?.filter(|t| t.active()) else { return Ok(None) };
    let Some(live) = live_code::of_touchpoint(tx, t.id)?.filter(|c| c.state == "active") else { return Ok(None) };
    let plan = plans.get(tx, live.id, live.version, live.stamp)?;
    let person = match &scan.carried {
        Some(visitor) => identity::find(tx, t.brand, "visitor", visitor)?,
        None => None,
    };
    let who = Visitor { person, newcomer: person.is_none(), may_choose: true, ..Visitor::default() };
    let now = tx.now();
    match route::decide(tx, &live, &plan, who, now, Mode::Ask)?.led {
        Led::Choose { stores } => Ok(Some(between(tx, t.brand, code, scan, &stores)?)),
        _ => Ok(None),
    }
}

/// One line to choose: what the form sends, what is read, and where it is.
struct Line {
    field: &'static str,
    value: String,
    name: String,
    note: String,
    place: Option<(i64, i64)>,
}

impl Choice {
    /// The lines of a step: cities where there are many stores, else stores.
    fn lines(&self, step: &Step, elsewhere: &str) -> Vec<Line> {
        let store = |s: &Shop, note: &str| Line { field: "store", value: s.code.clone(), name: s.name.clone(), note: note.into(), place: s.place() };
        let said = |region: &str| if region == ELSEWHERE { elsewhere.to_string() } else { region.to_string() };
        if let Some(region) = &step.region {
            return self.shops.iter().filter(|s| s.region() == region).map(|s| store(s, "")).collect();
        }
        let mut cities: BTreeMap<&str, Vec<&Shop>> = BTreeMap::new();
        for s in &self.shops {
            cities.entry(s.region()).or_default().push(s);
        }
        if self.shops.len() <= MOST || cities.len() == 1 {
            let one = cities.len() == 1;
            return self.shops.iter().map(|s| store(s, if one || s.region() == ELSEWHERE { "" } else { s.region() })).collect();
        }
        let city = |(region, shops): (&str, Vec<&Shop>)| Line {
            field: "region",
            value: region.into(),
            name: said(region),
            note: shops.len().to_string(),
            place: shops.iter().find_map(|s| s.place()),
        };
        cities.into_iter().map(city).collect()
    }

    /// The page; `nonce` is what its script may run by.
    pub fn html(&self, step: &Step, english: bool, nonce: &str) -> String {
        let say = |zh: &'static str, en: &'static str| if english { en } else { zh };
        let all = self.lines(step, say("其他", "Elsewhere"));
        let mut lines = String::new();
        for l in all.iter().skip(step.from).take(MOST) {
            let at = l.place.map(|(a, b)| format!(" data-at=\"{:.4},{:.4}\"", a as f64 / 1e6, b as f64 / 1e6)).unwrap_or_default();
            let (value, name, note) = (safe(&l.value), safe(&l.name), safe(&l.note));
            lines += &format!("<button name=\"{}\" value=\"{value}\"{at}>{name}<i>{note}</i></button>", l.field);
        }
        let more = match all.len() > step.from + MOST {
            true => format!("<button class=\"q\" name=\"from\" value=\"{}\">{}</button>", step.from + MOST, say("更多", "More")),
            false => String::new(),
        };
        let mut hidden = format!("<input type=\"hidden\" name=\"asked\" value=\"{}\">", self.asked);
        for (name, value) in self.utm.iter().map(|(k, v)| (format!("utm_{k}"), v)).chain(step.region.iter().map(|r| ("region".into(), r))) {
            hidden += &format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", safe(value));
        }
        format!(
            "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <meta name=\"robots\" content=\"noindex\"><title>{title} · {brand}</title><style>{STYLE}</style>\
             <main><p class=\"s\">{brand}</p><h1>{title}</h1><p class=\"s\" id=\"note\" role=\"status\">{note}</p>\
             <form action=\"/c/{code}\">{hidden}<input type=\"hidden\" name=\"lat\" disabled><input type=\"hidden\" name=\"lng\" disabled>\
             <button type=\"button\" id=\"here\" class=\"go\" hidden>{here}</button><div id=\"list\">{lines}</div>{more}\
             <button class=\"q\" name=\"any\" value=\"1\">{any}</button></form></main>\
             <script nonce=\"{nonce}\">var wait=\"{wait}\",no=\"{no}\";{SCRIPT}</script></html>",
            lang = if english { "en" } else { "zh-CN" },
            title = say("选择最近的门店", "Choose the nearest store"),
            note = say("位置只用来找门店，不会保存。也可以在下面选。", "Your position only finds the nearest store and is not kept. You can also choose below."),
            here = say("用我的位置", "Use my position"),
            any = say("不选门店，直接继续", "Go on without a store"),
            wait = say("正在定位…", "Finding your position…"),
            no = say("没有取得位置，请在下面选一家门店。", "Your position is not available. Choose a store below."),
            brand = safe(&self.brand),
            code = safe(&self.code),
        )
    }
}

const STYLE: &str = "*{box-sizing:border-box}[hidden]{display:none!important}body{margin:0;padding:24px 16px;\
font:16px/1.6 system-ui,'PingFang SC','Noto Sans SC','Microsoft YaHei',sans-serif;color:#14212B;background:#EEF4F4}\
main{max-width:420px;margin:auto}h1{font-size:20px;margin:4px 0}.s{margin:0 0 12px;color:#5A6B75;font-size:14px}\
button{display:flex;justify-content:space-between;gap:12px;width:100%;min-height:48px;margin:0 0 8px;padding:12px 16px;border:1px solid #D5DFE2;\
border-radius:8px;background:#fff;color:inherit;font:inherit;text-align:left;cursor:pointer}i{font-style:normal;color:#5A6B75;white-space:nowrap}\
.go{justify-content:center;margin-bottom:16px;border-color:#0E7C86;background:#0E7C86;color:#fff}.q{justify-content:center;border:0;background:none;color:#0B6470}";

/// The position is asked for once, by the visitor's own tap; where it was allowed before, the list is put
/// in the order of distance. In the words that old in-app browsers know.
const SCRIPT: &str = "(function(){var d=document,f=d.forms[0],b=d.getElementById('here'),n=d.getElementById('note'),l=d.getElementById('list'),\
g=navigator.geolocation;function fail(){b.hidden=true;n.textContent=no}\
function far(e,p){var a=(e.getAttribute('data-at')||'').split(','),r=Math.PI/180,y=(a[0]-p.latitude)*111.2,\
x=(a[1]-p.longitude)*111.2*Math.cos(p.latitude*r);return a[1]?Math.sqrt(x*x+y*y):1/0}\
function near(q){var p=q.coords;[].slice.call(l.children).sort(function(a,b){return far(a,p)-far(b,p)||0}).forEach(function(e){\
var k=far(e,p);if(k<1e4)e.lastChild.textContent=(k<10?k.toFixed(1):Math.round(k))+' km';l.appendChild(e)})}\
if(!g)return;b.hidden=false;b.onclick=function(){b.disabled=true;n.textContent=wait;g.getCurrentPosition(function(q){\
var e=f.elements;e.lat.disabled=e.lng.disabled=false;e.lat.value=q.coords.latitude.toFixed(5);e.lng.value=q.coords.longitude.toFixed(5);f.submit()},\
fail,{timeout:8000,maximumAge:300000})};if(navigator.permissions)navigator.permissions.query({name:'geolocation'}).then(function(s){\
if(s.state=='granted')g.getCurrentPosition(near,function(){},{timeout:8000,maximumAge:300000});if(s.state=='denied')fail()},function(){})})()";

#[cfg(test)]
mod tests {
    use super::*;

    fn shops(n: i64) -> Choice {
        let shop = |i: i64| Shop {
            id: StoreId::new(i + 1),
            code: format!("SH-{i:04}"),
            name: format!("青堰鲜集 南京西路第{i}分店"),
            city: if i == 7 { None } else { Some(format!("上海市第{}区", i % 3)) },
            lat: Some(31_230_000 + i),
            lng: Some(121_470_000),
        };
        let utm = vec![("source", "a\"b".to_string())];
        let mut shops: Vec<Shop> = (0..n).map(shop).collect();
        shops.sort_by(|a, b| (a.region(), &a.name, a.id).cmp(&(b.region(), &b.name, b.id)));
        Choice { brand: "青堰<鲜集>".into(), code: "Q7K2M9".into(), asked: 1_790_000_000_000, utm, shops }
    }

    #[test]
    fn a_full_page_is_small_and_nothing_writes_into_it() {
        for english in [true, false] {
            let page = shops(MOST as i64).html(&Step::default(), english, "n0");
            assert!(page.len() <= 6 * 1024, "{} bytes", page.len());
            assert_eq!(page.matches("<button name=\"store\"").count(), MOST);
            assert!(!page.contains("鲜集>") && page.contains("value=\"a&quot;b\"") && !page.contains("http"), "{page}");
        }
    }

    #[test]
    fn many_stores_are_chosen_by_city_and_page_after_page() {
        let many = shops(100);
        let page = many.html(&Step::default(), false, "n0");
        assert_eq!((page.matches("name=\"region\"").count(), page.matches("name=\"store\"").count()), (4, 0));
        assert!(page.contains("value=\"-\" data-at=\"31.2300,121.4700\">其他<i>1</i>") && page.contains("上海市第0区<i>34</i>"), "{page}");
        let city = |from| Step { region: Some("上海市第0区".into()), from };
        let (first, second) = (many.html(&city(0), false, "n0"), many.html(&city(MOST), false, "n0"));
        assert_eq!((first.matches("name=\"store\"").count(), second.matches("name=\"store\"").count()), (20, 14));
        assert!(first.contains("name=\"from\" value=\"20\"") && !second.contains("name=\"from\"") && second.contains("name=\"region\" value=\"上海市第0区\""));
    }
}
