import type { ComponentChildren, VNode } from 'preact';
import { birthDate, list, nameOf, telephone, unbroken } from '../app/format.ts';
import { lang, t } from '../i18n/index.tsx';
import { Empty } from '../ui/parts.tsx';
import type { PatientCard } from '../wire.ts';

/** A name and what is known under it, within `facts`. */
export const Row = ({ name, children }: { name: string; children: ComponentChildren }): VNode => (
  <div class="fact">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const Lines = ({ items }: { items: readonly string[] }): VNode =>
  items.length ? (
    <ul>
      {items.map((item) => (
        <li key={item}>{unbroken(item)}</li>
      ))}
    </ul>
  ) : (
    <span class="soft">{t('none')}</span>
  );

/** Name, age and sex in one line; reading above it. */
export function PatientHead({ patient }: { patient: PatientCard }): VNode {
  return (
    <div class="patient-head">
      {lang.value === 'ja' && <span class="soft kana">{patient.name.kana}</span>}
      <h2>
        {nameOf(patient.name)}
        <small>
          {t('age', { n: patient.age })}
          {t('dot')}
          {t(`patient.sex.${patient.sex}`)}
        </small>
      </h2>
    </div>
  );
}

/** What the desk must know at a glance: dangers first. */
export function PatientPanel({ patient }: { patient: PatientCard | null | undefined }): VNode {
  if (!patient) return <Empty icon="person" title={t('patient.none')} />;
  const { summary } = patient;
  return (
    <div class="patient" data-testid="patient-card">
      <PatientHead patient={patient} />
      <div class="row wrap">
        <span class={`chip ${patient.hasPlan ? 'good' : 'warn'}`}>
          {t(patient.hasPlan ? 'patient.plan.yes' : 'patient.plan.no')}
        </span>
        {summary.allergies.length > 0 && (
          <span class="chip bad wrapping">
            {t('colon', { name: t('patient.allergies'), text: list(summary.allergies) })}
          </span>
        )}
      </div>
      <dl class="facts">
        <Row name={t('patient.wishes')}>
          <Lines items={summary.wishes} />
        </Row>
        <Row name={t('patient.conditions')}>
          <Lines items={summary.conditions} />
        </Row>
        <Row name={t('patient.medications')}>
          <Lines items={summary.medications} />
        </Row>
        <Row name={t('patient.notices')}>
          <Lines items={summary.notices} />
        </Row>
        <Row name={t('patient.primary')}>
          {patient.primaryDoctor ? nameOf(patient.primaryDoctor.name) : t('none')}
        </Row>
        {patient.emergencyInstitution && (
          <Row name={t('patient.emergency')}>{patient.emergencyInstitution}</Row>
        )}
        <Row name={t('patient.birth')}>{birthDate(patient.birthDate)}</Row>
        <Row name={t('patient.phone')}>
          <a class="num" href={telephone(patient.phone)}>
            {patient.phone}
          </a>
        </Row>
        <Row name={t('patient.address')}>{patient.address}</Row>
      </dl>
    </div>
  );
}
