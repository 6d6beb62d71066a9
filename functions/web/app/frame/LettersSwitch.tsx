import { useCell } from '../base/cell.ts'
import { letters_on, switchLetters } from '../base/letters.ts'
import { Checkbox } from '../parts/Checkbox.tsx'

/** Whether single letters act, for those whom they surprise. */
export function LettersSwitch() {
  return (
    <Checkbox
      label="Single letters act"
      checked={useCell(letters_on)}
      onChange={({ currentTarget }) => switchLetters(currentTarget.checked)}
    />
  )
}
