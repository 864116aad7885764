import { expect, test } from 'vitest'
import { exportName } from './export-name'

test('names an export after the batch and its model, with characters that every system accepts', () => {
  expect(exportName('birds', 'Fast', 'csv')).toBe('birds-fast.csv')
  expect(exportName('My birds & things / 2026: "best"', 'Balanced', 'xlsx')).toBe(
    'My-birds-things-2026-best-balanced.xlsx',
  )
  expect(exportName('Vögel', null, 'json')).toBe('Vögel.json')
  expect(exportName('../..', null, 'csv')).toBe('results.csv')
  expect(exportName('x'.repeat(300), 'Fast', 'csv')).toHaveLength(60 + '-fast.csv'.length)
})
