/** What a keyboard finds. Each function runs inside the browser: it may use nothing from outside itself. */

/** What takes the keyboard's focus without showing it. The last key pressed must have been Tab. Runs in the browser. */
export function unseenFocus(): string[] {
  const found: string[] = [];
  const scope = document.querySelector('dialog[open], [role=alertdialog]') ?? document.body;
  const all = scope.querySelectorAll<HTMLElement>(
    'button:not(:disabled), a[href], input:not(:disabled), textarea, select, [tabindex="0"]',
  );
  const ring = (e: Element | null) => {
    if (!e) return false;
    const style = getComputedStyle(e);
    return style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2;
  };
  for (const e of all) {
    e.focus({ preventScroll: true });
    if (document.activeElement !== e) continue;
    const hidden = getComputedStyle(e).opacity === '0';
    if (!ring(hidden ? e.closest('label') : e)) {
      found.push(`focus is not seen: ${e.tagName.toLowerCase()}[${e.dataset.testid ?? e.className}]`);
    }
  }
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  return found;
}

/** What a screen reader is told by itself: each live region with its text. Runs in the browser. */
export function aloud(): string[] {
  const live = document.querySelectorAll('[role=status], [role=alert], [aria-live]:not([aria-live=off])');
  return [...live].map(
    (e) => `${e.tagName.toLowerCase()}[${e.getAttribute('data-testid') ?? e.className}] ${e.textContent}`,
  );
}
