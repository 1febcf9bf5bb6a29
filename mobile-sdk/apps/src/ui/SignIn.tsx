import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { narrow } from '../app/format.ts';
import { problem } from '../app/problem.ts';
import { useBusy } from '../app/send.ts';
import { type Key, T, t } from '../i18n/index.tsx';
import { Button } from './Button.tsx';
import { Said } from './Problem.tsx';
import { Brand, Field, LangSwitch, Notice } from './parts.tsx';

/** Nobody is signed in here: the code of a link or QR, typed. */
export function SignIn(props: { title: Key; body: Key; onCode: (code: string) => Promise<unknown> }): VNode {
  const [code, setCode] = useState('');
  const [busy, go] = useBusy();
  const refused = problem.value;
  return (
    <main class="signin" data-testid="screen-signin">
      <form
        class="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (narrow(code)) void go('go', () => props.onCode(narrow(code)));
        }}
      >
        <div class="row wrap">
          <span class="grow">
            <Brand />
          </span>
          <LangSwitch />
        </div>
        <h1>
          <T k={props.title} />
        </h1>
        <p>
          <T k={props.body} />
        </p>
        <Field label={t('signin.code')}>
          <input
            class="input"
            name="code"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            data-testid="code"
            value={code}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
        </Field>
        {refused && (
          <div role="alert" data-testid="signin-refused" data-code={refused.code}>
            <Notice tone="bad">
              <b>
                <Said what="title" shown={refused} />
              </b>
              <div>
                <Said what="next" shown={refused} />
              </div>
            </Notice>
          </div>
        )}
        <Button
          kind="primary"
          type="submit"
          class="wide"
          busy={busy !== null}
          disabled={!narrow(code)}
          testid="signin"
        >
          {t(busy ? 'signin.busy' : 'signin.go')}
        </Button>
        <p class="soft">
          <T k="signin.help" />
        </p>
      </form>
    </main>
  );
}
