/** Screens that are there for what they say: by name, in Japanese, without the readings. */
export const SAYS: Record<string, Record<string, RegExp>> = {
  tablet: {
    noVoice: /いまは映像も声も届いていません/,
    lineLost: /相手の映像と声が届いていません/,
    lineWeak: /回線が弱くなっています/,
    alone: /通信が切れました[\s\S]*窓口の電話[\s\S]*119/,
    aloneLeft: /看護師が離れました[\s\S]*8秒待っています[\s\S]*電話を切る[\s\S]*119/,
    denied: /看護師を呼んでいます[\s\S]*8秒待っています[\s\S]*呼ぶのをやめる[\s\S]*03-0000-1192[\s\S]*119/,
    deniedAnswered: /森下 奈緒[\s\S]*カメラを使う許可がありません[\s\S]*03-0000-1192/,
    sensorsDone: /ゆるいです。巻きなおして[\s\S]*36\.4 ℃[\s\S]*できました/,
    idle: /押すと、看護師が画面に出ます[\s\S]*同意したことになります/,
    recorded: /録画をやめる/,
    recWaiting: /答えを取り消す/,
    recPaused: /答えを取り消す/,
    afterChanged: /2:03 に、決まったことが変わりました/,
    mediaAgain: /映像と声をつなぎ直しています/,
    fallback: /次のときは、すぐに 119/,
    keypadOld: /1:24 に入れた数字です/,
    replaced: /いまは画面から呼べません/,
    afterOffline: /いまは画面から呼べません/,
  },
  desk: {
    decidedMeanwhile: /橘 健一 が転帰を決めました[\s\S]*3時ごろにうかがいます/,
    theirs: /橘 健一 がこの欄を保存しました/,
    observationsOld: /1:33 に観察[\s\S]*2:03 に観察/,
    recordOutdated: /記録を読み直せませんでした/,
    takenBack: /急病急変とわかったため、前の転帰は取り消されました/,
    recordTakenBack: /急病急変とわかったため、前の転帰は取り消されました/,
    recordChanged:
      /2:02 に変更[\s\S]*往診[\s\S]*前の転帰[\s\S]*2:02 に変更[\s\S]*再確認[\s\S]*に取り下げ[\s\S]*助言/,
    recordBeside: /この相談のほかの通話[\s\S]*救急/,
    recordToDecide: /処方は、オンライン診療をした医師だけが決められます/,
  },
  phone: {
    takenBack: /医師が加わる前の看護師の転帰は取り消されました/,
    recordTakenBack: /急病急変とわかったため、前の転帰は取り消されました/,
    recordChanged:
      /2:02 に変更[\s\S]*往診[\s\S]*前の転帰[\s\S]*2:02 に変更[\s\S]*再確認[\s\S]*に取り下げ[\s\S]*助言/,
    recordBeside: /この相談のほかの通話[\s\S]*救急/,
    recordNotExamined: /処方には、この通話でのオンライン診療が必要です/,
  },
  faults: { none: /はい/, unsaid: /届いています/ },
};

/** Nothing, or what it does not say. */
export function unsaid(app: string, name: string, text: string): string[] {
  const expected = SAYS[app]?.[name];
  return expected && !expected.test(text) ? [`does not say ${expected}`] : [];
}
