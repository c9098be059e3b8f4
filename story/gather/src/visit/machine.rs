//! Visits that are nobody's: crawlers, link previews, headless browsers, programs, prefetching
//! browsers, `HEAD`, and the same caller over and over. They are led on and counted apart, by reason
//! and day, so that a touchpoint's visits are visits of people.
//!
//! A missing `User-Agent` is not taken for a machine: privacy proxies drop it.
use axum::http::{HeaderMap, Method};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};
use weir_ground::base::{Ms, Result, time};
use weir_ground::event::TouchpointId;
use weir_ground::http::header_text;
use weir_ground::{Tx, params};

/// Parts of the `User-Agent` in lower case, and what they give away. The first that fits counts.
const SIGNS: &[(&str, &str)] = &[
    // Chats that fetch a link to show what is behind it.
    ("mpcrawler", "preview"),
    ("wechatshareextension", "preview"),
    ("qq-url-manager", "preview"),
    ("larkurl2webpage", "preview"),
    ("feishubot", "preview"),
    ("dingtalkbot", "preview"),
    ("slackbot", "preview"),
    ("slack-imgproxy", "preview"),
    ("telegrambot", "preview"),
    ("facebookexternalhit", "preview"),
    ("facebookcatalog", "preview"),
    ("facebot", "preview"),
    ("meta-externalfetcher", "preview"),
    ("twitterbot", "preview"),
    ("linkedinbot", "preview"),
    ("discordbot", "preview"),
    ("whatsapp/", "preview"),
    ("skypeuripreview", "preview"),
    ("line-poker", "preview"),
    ("vkshare", "preview"),
    ("embedly", "preview"),
    ("iframely", "preview"),
    ("snap url preview", "preview"),
    ("preview", "preview"),
    // Browsers without a person in front of them.
    ("headless", "headless"),
    ("phantomjs", "headless"),
    ("puppeteer", "headless"),
    ("playwright", "headless"),
    ("selenium", "headless"),
    ("lighthouse", "headless"),
    // Search engines, monitors, feeds.
    ("bot", "crawler"),
    ("crawl", "crawler"),
    ("spider", "crawler"),
    ("slurp", "crawler"),
    ("feedfetcher", "crawler"),
    ("mediapartners-google", "crawler"),
    ("ia_archiver", "crawler"),
    ("pingdom", "crawler"),
    ("uptime", "crawler"),
    // Programs and command lines.
    ("curl/", "program"),
    ("wget/", "program"),
    ("python-", "program"),
    ("python/", "program"),
    ("go-http-client", "program"),
    ("java/", "program"),
    ("apache-httpclient", "program"),
    ("okhttp/", "program"),
    ("node-fetch", "program"),
    ("axios/", "program"),
    ("undici", "program"),
    ("libwww-perl", "program"),
    ("scrapy", "program"),
    ("postmanruntime", "program"),
    ("guzzlehttp", "program"),
    ("ruby", "program"),
    ("masscan", "program"),
    ("zgrab", "program"),
];

/// Phones and apps whose names look like a machine's.
const PEOPLE: &[&str] = &["cubot"];

/// Why the caller is obviously not a person, if so: `prefetch`, `preview`, `headless`, `crawler` or `program`.
pub fn machine(headers: &HeaderMap) -> Option<&'static str> {
    let ahead = ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| {
        header_text(headers, name).is_some_and(|v| v.contains("prefetch") || v.contains("preview") || v.contains("prerender"))
    });
    if ahead {
        return Some("prefetch");
    }
    header_text(headers, "user-agent").and_then(|agent| named_like_one(&agent))
}

/// [`machine`], or `head` for a request that wants no page.
pub fn of_request(method: &Method, headers: &HeaderMap) -> Option<&'static str> {
    machine(headers).or((*method == Method::HEAD).then_some("head"))
}

fn named_like_one(agent: &str) -> Option<&'static str> {
    let agent = agent.to_lowercase();
    let agent = PEOPLE.iter().fold(agent, |a, phone| a.replace(phone, ""));
    // An in-app browser names its library beside a whole browser; a program names only itself.
    let browser = agent.starts_with("mozilla/");
    SIGNS.iter().find(|(sign, why)| agent.contains(sign) && !(browser && *why == "program")).map(|s| s.1)
}

/// Who scans one code more than this often in a minute, without ever carrying our cookie, is a program.
pub const MOST_A_MINUTE: u32 = 120;
/// More callers than this within a minute are not told apart.
const REMEMBERED: usize = 200_000;

/// How often callers without a cookie came in this minute, by a hash that only lives in memory.
#[derive(Clone, Default)]
pub struct Repeats(Arc<Mutex<(Ms, HashMap<u64, u32>)>>);

impl Repeats {
    /// Counts a call; true when there were too many in this minute.
    pub fn too_many(&self, now: Ms, code: &str, ip: Option<&str>, agent: Option<&str>) -> bool {
        let Some(ip) = ip else { return false };
        let mut h = DefaultHasher::new();
        (code, ip, agent).hash(&mut h);
        let minute = now / time::MINUTE;
        let mut seen = self.0.lock().unwrap_or_else(|e| e.into_inner());
        if seen.0 != minute {
            *seen = (minute, HashMap::new());
        }
        let full = seen.1.len() >= REMEMBERED;
        match seen.1.get_mut(&h.finish()) {
            Some(n) => {
                *n += 1;
                *n > MOST_A_MINUTE
            }
            None if full => false,
            None => {
                seen.1.insert(h.finish(), 1);
                false
            }
        }
    }
}

/// Counts a machine at a touchpoint on this UTC day.
pub fn count(tx: &mut Tx, touchpoint: TouchpointId, reason: &str) -> Result<()> {
    let day = tx.now() / time::DAY;
    tx.exec(
        "insert into touchpoint_machine (touchpoint_id, day, reason, hits) values ($1, $2, $3, 1) \
         on conflict (touchpoint_id, day, reason) do update set hits = touchpoint_machine.hits + 1",
        params![touchpoint, day, reason],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_let_through() {
        for agent in [
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.54",
            "Mozilla/5.0 (Linux; Android 14; CUBOT X90) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 V1_AND_SQ_9.0.20 QQ/9.0.20 NetType/WIFI",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 wxwork/4.1.28 MicroMessenger/7.0.1 Language/zh",
            "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/110.0 Mobile Safari/537.36 aweme_280700 okhttp/3.12",
            "",
        ] {
            assert_eq!(named_like_one(agent), None, "{agent}");
        }
    }

    #[test]
    fn machines_are_known_by_their_names() {
        for (agent, why) in [
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "crawler"),
            ("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", "crawler"),
            ("Sogou web spider/4.0", "crawler"),
            ("Bytespider; spider-feedback@bytedance.com", "crawler"),
            ("facebookexternalhit/1.1", "preview"),
            ("TelegramBot (like TwitterBot)", "preview"),
            ("Twitterbot/1.0", "preview"),
            ("WhatsApp/2.23", "preview"),
            ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "preview"),
            ("DingTalkBot-LinkService/1.0 (+https://open-doc.dingtalk.com/microapp/faquestions/ftpfeu)", "preview"),
            ("LarkUrl2Webpage/1.0", "preview"),
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/130.0 Safari/537.36", "headless"),
            ("curl/8.5.0", "program"),
            ("python-requests/2.32", "program"),
            ("Go-http-client/1.1", "program"),
        ] {
            assert_eq!(named_like_one(agent), Some(why), "{agent}");
        }
        let mut headers = HeaderMap::new();
        headers.insert("sec-purpose", "prefetch;prerender".parse().unwrap());
        assert_eq!((machine(&headers), of_request(&Method::HEAD, &HeaderMap::new())), (Some("prefetch"), Some("head")));
    }

    #[test]
    fn one_caller_over_and_over_is_a_program_until_the_minute_is_over() {
        let seen = Repeats::default();
        let came = |now| seen.too_many(now, "C", Some("203.0.113.7"), Some("x"));
        assert!((0..MOST_A_MINUTE).all(|_| !came(0)) && came(1) && !came(time::MINUTE));
        assert!(!seen.too_many(1, "D", Some("203.0.113.7"), Some("x")) && !seen.too_many(1, "C", None, Some("x")));
    }
}
