import type { VNode } from 'preact';
import { institutionOf, personRead } from '../app/format.ts';
import { Read, ruby, T } from '../i18n/index.tsx';
import type { Participant } from '../wire.ts';

/** One of the others by name and role; of a doctor also where they work and since when they are one. */
export function PersonCard({ person }: { person: Participant }): VNode {
  const doctor = person.role === 'dutyDoctor' ? person.card : null;
  return (
    <div class="person" data-testid="person">
      <b>
        <Read text={personRead(person)} />
      </b>
      <span class="soft">
        {person.gateOpen ? (
          <T k={`tab.role.${person.role}`} />
        ) : (
          <T k="paren" p={{ text: ruby(`tab.role.${person.role}`), more: ruby('tab.gated') }} />
        )}
      </span>
      {doctor && <span class="soft">{institutionOf(doctor)}</span>}
      {doctor?.registeredYear && (
        <span class="soft">
          <T k="tab.consent.registered" p={{ year: doctor.registeredYear }} />
        </span>
      )}
    </div>
  );
}
