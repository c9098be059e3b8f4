//! Who comes, from where, and the dice that decide what they do.

/// A touchpoint of the demo: kind, name, landing tail, share of the arrivals, chance to order in
/// percent, and its cost.
pub struct Place {
    pub kind: &'static str,
    pub name: &'static str,
    pub share: u64,
    pub orders: u64,
    pub cost: (&'static str, i64),
}

pub const PLACES: &[Place] = &[
    Place { kind: "wecom_staff_code", name: "导购企业微信活码", share: 16, orders: 62, cost: ("per_head", 300) },
    Place { kind: "wecom_group_code", name: "社区福利群活码", share: 14, orders: 55, cost: ("per_head", 200) },
    Place { kind: "oa_menu", name: "公众号底部菜单", share: 8, orders: 40, cost: ("fixed", 60_000) },
    Place { kind: "mp_code", name: "门店小程序码", share: 10, orders: 50, cost: ("fixed", 48_000) },
    Place { kind: "pay_after", name: "支付后推荐", share: 9, orders: 45, cost: ("per_head", 150) },
    Place { kind: "ad_moments", name: "朋友圈广告·秋日鲜蔬", share: 12, orders: 26, cost: ("per_day", 9_000) },
    Place { kind: "douyin_clip", name: "抖音短视频·厨房三分钟", share: 9, orders: 20, cost: ("per_day", 4_500) },
    Place { kind: "xiaohongshu_note", name: "小红书笔记·一周餐单", share: 8, orders: 30, cost: ("fixed", 80_000) },
    Place { kind: "store_poster", name: "收银台立牌", share: 14, orders: 58, cost: ("fixed", 26_000) },
];

/// Dice that fall the same way every time. Everybody has dice of their own, and each order, too: what one
/// person does never changes what chance holds for another.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn of(seed: u64) -> Dice {
        Dice(seed)
    }
    /// Dice for somebody else, or for another time.
    pub fn split(&mut self) -> Dice {
        Dice(self.next())
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
    /// Where an arrival comes from, by share.
    pub fn place(&mut self) -> usize {
        let mut at = self.below(PLACES.iter().map(|p| p.share).sum());
        for (i, p) in PLACES.iter().enumerate() {
            if at < p.share {
                return i;
            }
            at -= p.share;
        }
        0
    }
    /// A name that says that it is simulated.
    pub fn name(&mut self) -> String {
        let family = FAMILY[self.below(FAMILY.len() as u64) as usize];
        let given = GIVEN[self.below(GIVEN.len() as u64) as usize];
        format!("{family}{given}(模拟)")
    }
}

const FAMILY: &[&str] = &["林", "陈", "黄", "许", "罗", "沈", "叶", "程", "顾", "宋", "唐", "曹", "袁", "邓", "冯", "谢", "蒋", "姚"];
const GIVEN: &[&str] = &["晓雨", "子涵", "一诺", "思远", "佳怡", "浩然", "若溪", "明轩", "雅琴", "俊杰", "婉清", "志强", "梦洁", "博文", "欣妍", "海涛"];
