//! Names to draw from. All are invented for this district; none is meant for anybody.

/// Kanji, kana and Latin letters.
pub(super) type Written = (&'static str, &'static str, &'static str);

/// Family names.
pub(super) const FAMILY: [Written; 28] = [
    ("月岡", "ツキオカ", "Tsukioka"),
    ("星川", "ホシカワ", "Hoshikawa"),
    ("朝比奈", "アサヒナ", "Asahina"),
    ("宵町", "ヨイマチ", "Yoimachi"),
    ("有明", "アリアケ", "Ariake"),
    ("暁", "アカツキ", "Akatsuki"),
    ("夕霧", "ユウギリ", "Yugiri"),
    ("東雲", "シノノメ", "Shinonome"),
    ("雪代", "ユキシロ", "Yukishiro"),
    ("霧島", "キリシマ", "Kirishima"),
    ("虹野", "ニジノ", "Nijino"),
    ("風早", "カザハヤ", "Kazahaya"),
    ("雨宮", "アメミヤ", "Amemiya"),
    ("露木", "ツユキ", "Tsuyuki"),
    ("霜田", "シモダ", "Shimoda"),
    ("晴山", "ハレヤマ", "Hareyama"),
    ("日向", "ヒュウガ", "Hyuga"),
    ("陽本", "ヒモト", "Himoto"),
    ("光井", "ミツイ", "Mitsui"),
    ("影森", "カゲモリ", "Kagemori"),
    ("波多野", "ハタノ", "Hatano"),
    ("潮見", "シオミ", "Shiomi"),
    ("渚", "ナギサ", "Nagisa"),
    ("泉谷", "イズミヤ", "Izumiya"),
    ("滝沢", "タキザワ", "Takizawa"),
    ("梢", "コズエ", "Kozue"),
    ("桂木", "カツラギ", "Katsuragi"),
    ("椿原", "ツバキハラ", "Tsubakihara"),
];

/// Given names of women.
pub(super) const WOMEN: [Written; 14] = [
    ("はな", "ハナ", "Hana"),
    ("ふみ", "フミ", "Fumi"),
    ("かおる", "カオル", "Kaoru"),
    ("みのり", "ミノリ", "Minori"),
    ("まこと", "マコト", "Makoto"),
    ("千尋", "チヒロ", "Chihiro"),
    ("さと", "サト", "Sato"),
    ("つね", "ツネ", "Tsune"),
    ("いと", "イト", "Ito"),
    ("きぬ", "キヌ", "Kinu"),
    ("すみれ", "スミレ", "Sumire"),
    ("ちよ", "チヨ", "Chiyo"),
    ("やえ", "ヤエ", "Yae"),
    ("ゆき", "ユキ", "Yuki"),
];

/// Given names of men.
pub(super) const MEN: [Written; 12] = [
    ("正", "タダシ", "Tadashi"),
    ("遼", "リョウ", "Ryo"),
    ("茂", "シゲル", "Shigeru"),
    ("勇", "イサム", "Isamu"),
    ("清", "キヨシ", "Kiyoshi"),
    ("実", "ミノル", "Minoru"),
    ("進", "ススム", "Susumu"),
    ("昇", "ノボル", "Noboru"),
    ("豊", "ユタカ", "Yutaka"),
    ("学", "マナブ", "Manabu"),
    ("誠", "マコト", "Makoto"),
    ("望", "ノゾム", "Nozomu"),
];

/// Birds, after which this district's institutions are called: kanji or kana, and Latin letters.
pub(super) const BIRDS: [(&str, &str); 10] = [
    ("ひばり", "Hibari"),
    ("かわせみ", "Kawasemi"),
    ("つぐみ", "Tsugumi"),
    ("しじゅうから", "Shijukara"),
    ("めじろ", "Mejiro"),
    ("せきれい", "Sekirei"),
    ("こまどり", "Komadori"),
    ("るりびたき", "Ruribitaki"),
    ("みそさざい", "Misosazai"),
    ("かいつぶり", "Kaitsuburi"),
];

/// Waters, after which nurse stations are called.
pub(super) const WATERS: [(&str, &str); 6] = [
    ("みなも", "Minamo"),
    ("せせらぎ", "Seseragi"),
    ("いずみ", "Izumi"),
    ("しおさい", "Shiosai"),
    ("ささなみ", "Sasanami"),
    ("みぎわ", "Migiwa"),
];
