//! Obvious machines: crawlers, link previews, prefetching browsers.
use axum::http::HeaderMap;
use weir_ground::http::header_text;

/// Parts of the `User-Agent` of machines that open links by themselves, in lower case.
const SIGNS: &[&str] = &[
    "bot", "crawl", "spider", "slurp", "preview", "facebookexternalhit", "facebookcatalog", "whatsapp/", "slack-imgproxy", "embedly",
    "vkshare", "feedfetcher", "mediapartners-google", "lighthouse", "pingdom",
];

/// Phones whose names look like a machine's.
const PHONES: &[&str] = &["cubot"];

/// Is the caller obviously not a person?
pub fn is_machine(headers: &HeaderMap) -> bool {
    let prefetch = ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| {
        header_text(headers, name).is_some_and(|v| v.contains("prefetch") || v.contains("preview"))
    });
    prefetch || header_text(headers, "user-agent").is_some_and(|agent| named_like_one(&agent))
}

fn named_like_one(agent: &str) -> bool {
    let agent = agent.to_lowercase();
    let agent = PHONES.iter().fold(agent, |a, phone| a.replace(phone, ""));
    SIGNS.iter().any(|s| agent.contains(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_let_through() {
        for agent in [
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.54",
            "Mozilla/5.0 (Linux; Android 14; CUBOT X90) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/130.0 Safari/537.36",
            "",
        ] {
            assert!(!named_like_one(agent), "{agent}");
        }
    }

    #[test]
    fn machines_are_known_by_their_names() {
        for agent in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
            "Sogou web spider/4.0", "facebookexternalhit/1.1", "TelegramBot (like TwitterBot)", "WhatsApp/2.23",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Bytespider; spider-feedback@bytedance.com",
        ] {
            assert!(named_like_one(agent), "{agent}");
        }
        let mut headers = HeaderMap::new();
        headers.insert("sec-purpose", "prefetch;prerender".parse().unwrap());
        assert!(is_machine(&headers));
    }
}
