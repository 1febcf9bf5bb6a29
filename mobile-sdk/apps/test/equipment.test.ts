import { describe, expect, it } from 'vitest';
import { asNurse, camera, display, type Scene, scenes } from '../fixtures/scenes.ts';
import { equipmentRows, sendsPicture } from '../src/model/equipment.ts';

describe('the equipment of a bedside', () => {
  const states = (scene: Scene, listed = [camera, display]) =>
    equipmentRows(asNurse(scene), listed)
      .map((row) => `${row.card.nameEn}: ${row.state}`)
      .sort();

  it('is listed once, with where it stands in this call', () => {
    expect(states(scenes.twoWay)).toEqual(['Bedside camera: ready', 'Living-room screen: ready']);
    expect(states(scenes.cameraAsked)).toContain('Bedside camera: asked');
    expect(states(scenes.cameraOn)).toEqual(['Bedside camera: on', 'Living-room screen: on']);
    expect(states(scenes.cameraRefused)).toContain('Bedside camera: refused');
    expect(states(scenes.cameraGone)).toContain('Bedside camera: gone');
  });

  it('is not offered while another call has it', () => {
    expect(states(scenes.cameraGone, [])).toEqual(['Bedside camera: elsewhere']);
    expect(states(scenes.twoWay, [])).toEqual([]);
  });

  it('has no tile for a display, which sends nothing', () => {
    const inCall = asNurse(scenes.cameraOn).people.filter((p) => p.role === 'device');
    expect(inCall.filter(sendsPicture).map((p) => p.equipment?.kind)).toEqual(['bedsideCamera']);
  });
});
