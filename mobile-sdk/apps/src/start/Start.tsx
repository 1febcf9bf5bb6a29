import type { VNode } from 'preact';
import { lang, t } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Icon, type IconName } from '../ui/Icon.tsx';
import { Brand, Empty, LangSwitch, Loading, ThemeSwitch } from '../ui/parts.tsx';
import type { DemoPerson } from '../wire.ts';

const APPS = ['tablet', 'desk', 'phone'] as const;
const icons: Record<(typeof APPS)[number], IconName> = { tablet: 'tablet', desk: 'desk', phone: 'mobile' };

/** Where a person's app opens, signed in by what follows `#`. */
export const linkOf = (person: DemoPerson): string =>
  `/${person.app}#code=${encodeURIComponent(person.code)}`;

/** The door of a demonstration: choose who you are. `null`: still loading; empty: not a demonstration. */
export function Start(props: {
  people: readonly DemoPerson[] | null | 'unreadable';
  onRetry: () => void;
}): VNode {
  const { people } = props;
  return (
    <main class="startpage" data-testid="screen-start">
      <header class="row wrap">
        <span class="grow">
          <Brand />
        </span>
        <ThemeSwitch />
        <LangSwitch />
      </header>
      <div class="welcome">
        <h1>{t('start.title')}</h1>
        <p class="lead">{t('start.sub')}</p>
      </div>
      {people === null ? (
        <Loading />
      ) : people === 'unreadable' ? (
        <Empty icon="linkOff" title={t('problem.network.title')} sub={t('problem.network.next')}>
          <Button kind="primary" icon="undo" onClick={props.onRetry} testid="retry">
            {t('retry')}
          </Button>
        </Empty>
      ) : people.length === 0 ? (
        <Empty icon="key" title={t('start.notDemo')} sub={t('start.notDemoSub')} />
      ) : (
        <>
          <ol class="storyline">
            {([1, 2, 3] as const).map((n) => (
              <li key={n}>
                <span class="no num">{n}</span>
                {t(`start.step${n}`)}
              </li>
            ))}
          </ol>
          <div class="doors">
            {APPS.map((app) => (
              <section class="card" key={app}>
                <h2>
                  <Icon name={icons[app]} />
                  {t(`app.${app}`)}
                </h2>
                <ul>
                  {people
                    .filter((p) => p.app === app)
                    .map((p) => (
                      <li key={p.code}>
                        <a
                          class="btn door"
                          href={linkOf(p)}
                          target="_blank"
                          rel="noreferrer"
                          data-testid={`open-${app}`}
                        >
                          <span class="grow">
                            <b>{lang.value === 'ja' ? p.name : p.nameLatin}</b>
                            <span class="soft">{p.role ? t(`role.${p.role}`) : t('start.patient')}</span>
                          </span>
                          <Icon name="right" />
                        </a>
                      </li>
                    ))}
                </ul>
              </section>
            ))}
          </div>
          <p class="soft">{t('start.body')}</p>
          <p class="soft">{t('start.qr')}</p>
        </>
      )}
    </main>
  );
}
