// An expression as Athena's messages show it; undefined for one that has no short form here.
import type { Node } from './ast.ts'
import { functions } from './functions/functions.ts'
import { callName } from './read-call.ts'

const operators: Readonly<Record<string, string>> = {
  ...{ add: '+', sub: '-', mul: '*', div: '/', mod: '%' },
  ...{ eq: '=', neq: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=', and: 'AND', or: 'OR' },
}

export function shown(node: Node): string | undefined {
  const operator = operators[node.kind]
  if (operator !== undefined) {
    const [left, right] = [node.child('left'), node.child('right')].map(part => part && shown(part))
    return left === undefined || right === undefined ? undefined : `(${left} ${operator} ${right})`
  }
  if (node.kind === 'column') {
    const table = node.text('table')
    return `${table === undefined ? '' : `${table}.`}${node.text('name')}`
  }
  if (node.kind === 'dot') {
    const row = shown(node.need('this'))
    return row && `${row}.${node.text('field')}`
  }
  if (node.kind === 'window_function') {
    const isPlain = JSON.stringify(node.raw('over'))?.includes('"this"') !== true
    const call = shown(node.need('this'))
    return call !== undefined && isPlain ? `${call} OVER ()` : undefined
  }
  if (node.kind === 'paren') return shown(node.need('this'))
  if (node.kind === 'literal') {
    const value = node.text('value') ?? ''
    return node.text('literal_type') === 'string' ? `'${value.replaceAll("'", "''")}'` : value
  }
  const name = callName(node)
  if (name === 'count' && node.flag('star')) return 'count(*)'
  if (name === undefined || !functions.has(name)) return undefined
  const parts =
    node.list('args').length > 0 ? node.list('args') : [node.child('this')].filter(part => part !== undefined)
  const texts = parts.map(shown)
  if (texts.includes(undefined)) return undefined
  return name === 'grouping' ? `GROUPING (${texts.join(', ')})` : `${name}(${texts.join(', ')})`
}
