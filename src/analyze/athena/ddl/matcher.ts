/** Which names a SHOW lists; without a pattern all. */
import { showPattern } from '../name-pattern.ts'

export const matcher = (pattern: string | undefined) => (pattern === undefined ? () => true : showPattern(pattern))
