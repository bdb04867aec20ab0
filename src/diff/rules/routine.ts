import { labelOf, type ObjectKey, type Routine } from '../../model/index.ts'
import { labelOfKey } from '../label.ts'
import type { Action, Rule } from '../rule.ts'
import { lastingDrop } from './lasting.ts'
import { type Mentions, mentionedIn } from './mentions.ts'
import { argumentsOf, splitArguments } from './routine-arguments.ts'
import { routineSignature } from './target.ts'

/**
 * PostgreSQL reads a body in text when the routine is made (check_function_bodies) and keeps no record of what it names: what the
 * plan makes and the body names has to be there before.
 */
export const routineRule: Rule<Routine> = {
  create(routine, context) {
    const mentions = mentionedIn(routine, context)
    const create: Action = {
      sql: statement(routine),
      makes: [routine.key],
      needs: mentions.needs,
      reverse: { sql: [dropRoutine(routine)] },
    }
    return unread(create, mentions)
  },

  drop(routine, context) {
    return [
      {
        sql: dropRoutine(routine),
        drops: [routine.key],
        reverse: { sql: [statement(routine)] },
        hazards: lastingDrop(routine.key, context, {
          rule: 'drop-routine',
          facts: { kind: routine.type, name: labelOf(routine) },
        }),
      },
    ]
  },

  alter(from, to, context) {
    if (from.definition === to.definition) return []
    if (!canReplace(from, to)) return 'replace'
    const mentions = mentionedIn(to, context)
    return unread(replaceRoutine(from, to, mentions.needs), mentions)
  },
}

/** A body that names what needs the routine itself is not read when the routine is made, as pg_dump does it. */
function unread(action: Action, { later }: Mentions): readonly Action[] {
  if (later.length === 0) return [action]
  const set = (value: string): Action => ({
    sql: `SET LOCAL check_function_bodies = ${value}`,
    reverse: { sql: [] },
  })
  const { needs = [], ...rest } = action
  return [
    {
      ...set('off'),
      needs,
      comment: `the body names what is made later: ${later.map(labelOfKey).join(', ')}`,
    },
    { ...rest, together: true },
    { ...set('DEFAULT'), together: true },
  ]
}

/** OR REPLACE keeps the routine's privileges, comment and dependents. */
export function replaceRoutine(from: Routine, to: Routine, needs: readonly ObjectKey[]) {
  const reverse = canReplace(to, from) ? [statement(from)] : [dropRoutine(to), statement(from)]
  return { sql: statement(to), makes: [to.key], needs, reverse: { sql: reverse } }
}

function statement({ definition }: Routine): string {
  return definition.trimEnd().replace(/;$/, '')
}

function dropRoutine(routine: Routine): string {
  return `DROP ${routine.type.toUpperCase()} ${routineSignature(routine)}`
}

/** The rules of CREATE OR REPLACE (manual, CREATE FUNCTION, "Notes"). */
function canReplace(from: Routine, to: Routine): boolean {
  if (from.type !== to.type || from.result !== to.result) return false
  if (isWindow(from) !== isWindow(to)) return false
  return argumentsAllow(from, to) && defaultsAllow(from, to)
}

/** Input parameters without a name may get one; everything else of names, modes and types stays. */
function argumentsAllow(from: Routine, to: Routine): boolean {
  if (from.arguments === to.arguments) return true
  const [was, is] = [splitArguments(from.arguments), splitArguments(to.arguments)]
  if (was.length !== is.length) return false
  return was.every((argument, i) => {
    const now = is[i]!
    if (argument === now) return true
    return now.endsWith(` ${argument}`) && !/^(INOUT|OUT|VARIADIC) /.test(now)
  })
}

const POLYMORPHIC = /\bany(element|array|nonarray|enum|range|multirange|compatible\w*)\b/

function defaultsAllow(from: Routine, to: Routine): boolean {
  const [was, is] = [defaults(from), defaults(to)]
  if (is.length < was.length) return false
  // The type of a polymorphic parameter's default may not change, and the text does not show it.
  return !POLYMORPHIC.test(from.arguments) || was.every((d, i) => d === is[is.length - was.length + i])
}

function defaults(routine: Routine): readonly string[] {
  return argumentsOf(routine.definition).flatMap((argument) => {
    const at = argument.indexOf(' DEFAULT ')
    return at < 0 ? [] : [argument.slice(at)]
  })
}

function isWindow({ definition }: Routine): boolean {
  const body = definition.search(/\n(AS|BEGIN ATOMIC|RETURN)\b/)
  return /\n?\s+WINDOW\b/.test(body < 0 ? definition : definition.slice(0, body))
}
