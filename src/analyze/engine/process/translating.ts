// A statement translated. One that is wrong is translated a second time with the place of each of its parts: to find them takes
// as long as parsing, and only the words of an error have them.
import { nodeOf } from '../../sql/ast.ts'
import { type Translation, translate } from '../../sql/translate.ts'
import { EngineFault } from '../fault.ts'
import { placesIn } from './parser.ts'

type Options = Parameters<typeof translate>[1]

/** `text` is the statement alone; `options.text` may hold the queries of its views. */
export async function translated(
  node: Parameters<typeof translate>[0],
  text: string,
  options: Options,
): Promise<Translation> {
  try {
    return translate(node, options)
  } catch (cause) {
    const again = cause instanceof EngineFault ? nodeOf(await placesIn(node.tree, text)) : undefined
    if (again !== undefined) translate(again, options)
    throw cause
  }
}
