/** Cost tags of a definition, held to what every service takes that is tagged: AWS's rules, told where the tag is written. */
import { mark } from './kinds/tags.ts'
import { DefinitionMistake, told } from './mistake.ts'

/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html; one is the lake's own. */
const countMax = 49
const keyMax = 128
const valueMax = 256
const letters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** The tags, when they are such; `what` begins the sentence: "The stream x". */
export function costTags(what: string, given: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new DefinitionMistake(`${what}: tags must be an object such as { CostCenter: 'iot' }, not ${told(given)}.`)
  const entries = Object.entries(given)
  if (entries.length > countMax)
    throw new DefinitionMistake(`${what} has ${entries.length} tags, and AWS takes ${countMax} besides the lake's own.`)
  for (const [key, value] of entries) {
    const tag = `${what}: the tag ${told(key)}`
    if (typeof value !== 'string')
      throw new DefinitionMistake(`${tag} must have a text as its value, not ${told(value)}.`)
    if (key.length === 0 || key.length > keyMax || value.length > valueMax)
      throw new DefinitionMistake(
        `${tag} is too long or empty: a tag's name has 1 to ${keyMax} characters, its value at most ${valueMax}.`,
      )
    if (!letters.test(key) || !letters.test(value))
      throw new DefinitionMistake(
        `${tag} may have letters, digits, spaces and the signs _ . : / = + - @ in its name and its value: ${told(value)}`,
      )
    if (/^aws:/i.test(key)) throw new DefinitionMistake(`${tag} begins with aws:, which AWS keeps for tags of its own.`)
    if (key === mark) throw new DefinitionMistake(`${tag} is Biwa's own: by it a lake finds what belongs to it.`)
  }
  return given
}
