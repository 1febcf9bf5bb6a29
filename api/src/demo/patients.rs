//! What is known of a patient: age, illnesses that go with each other, medicines that go with the illnesses.

use yoban_domain::people::Summary;

use super::district::USUAL_SEED;
use super::seed::Seed;

/// Illnesses, medicines for them, and what else is good to know.
struct Story {
    conditions: &'static [&'static str],
    medications: &'static [&'static str],
    notices: &'static [&'static str],
}

const STORIES: [Story; 6] = [
    Story {
        conditions: &["慢性心不全", "高血圧", "変形性膝関節症"],
        medications: &["フロセミド 20mg 朝", "エナラプリル 5mg 朝"],
        notices: &["独居、長女が車で20分", "右耳が遠い"],
    },
    Story {
        conditions: &["COPD", "2型糖尿病"],
        medications: &["チオトロピウム吸入", "メトホルミン 500mg"],
        notices: &["妻と二人暮らし", "玄関に犬"],
    },
    Story {
        conditions: &["パーキンソン病"], medications: &["レボドパ"], notices: &["鍵はキーボックス"]
    },
    Story {
        conditions: &["脳梗塞後遺症", "心房細動"],
        medications: &["アピキサバン 2.5mg 朝夕"],
        notices: &["左の手足が動きにくい", "長男夫婦と同居"],
    },
    Story {
        conditions: &["胃がん（在宅緩和ケア）"],
        medications: &["オキシコドン徐放 10mg 朝夕", "センノシド 就寝前"],
        notices: &["痛み止めの追加は枕元の箱"],
    },
    Story {
        conditions: &["アルツハイマー型認知症", "骨粗鬆症"],
        medications: &["ドネペジル 5mg 朝", "アレンドロン酸 週1回"],
        notices: &["夫が介護、夜は補聴器を外している"],
    },
];
const ALLERGIES: [&[&str]; 4] = [&["ペニシリン"], &[], &[], &["セフェム系"]];
const WISHES: [&[&str]; 4] = [
    &["できるだけ自宅で（ACP 2026-05）", "心肺蘇生は希望しない"],
    &["入院も可"],
    &[],
    &["迷ったら家族に電話"],
];

/// Which of `count` stories: the cast of the usual district has the first ones.
fn drawn(seed: Seed, what: &str, key: &str, count: usize) -> usize {
    let cast = ["patient-1", "patient-2", "patient-3"].iter().position(|k| *k == key);
    let end = u64::try_from(count).unwrap_or(1);
    let draw = || usize::try_from(seed.below(&format!("{what}/{key}"), end)).unwrap_or(0);
    cast.filter(|_| seed.0 == USUAL_SEED).unwrap_or_else(draw)
}

/// The summary of a patient.
pub(super) fn summary(seed: Seed, key: &str) -> Summary {
    let own = |texts: Option<&&'static [&'static str]>| -> Vec<String> {
        texts.copied().unwrap_or_default().iter().map(|t| (*t).to_owned()).collect()
    };
    let story = STORIES.get(drawn(seed, "story", key, STORIES.len()));
    Summary {
        conditions: own(story.map(|s| &s.conditions)),
        allergies: own(ALLERGIES.get(drawn(seed, "allergies", key, ALLERGIES.len()))),
        medications: own(story.map(|s| &s.medications)),
        wishes: own(WISHES.get(drawn(seed, "wishes", key, WISHES.len()))),
        notices: own(story.map(|s| &s.notices)),
    }
}

/// A date of birth, `YYYY-MM-DD`: between 1930 and 1954.
pub(super) fn born(seed: Seed, key: &str) -> String {
    if let (USUAL_SEED, "patient-1") = (seed.0, key) {
        return "1942-02-11".to_owned();
    }
    let draw = |what: &str, end| seed.below(&format!("{what}/{key}"), end);
    format!("{}-{:02}-{:02}", 1930 + draw("born", 25), 1 + draw("month", 12), 1 + draw("day", 28))
}
