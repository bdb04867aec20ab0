import type { KNOWN_SETTINGS } from './known-settings.generated.ts'
import type { SettingSpec } from './profile.ts'

type Kinds = typeof KNOWN_SETTINGS
export type KnownSetting = keyof Kinds

/** As PostgreSQL writes sizes, letter case included. */
export type MemoryText = `${number}${'B' | 'kB' | 'MB' | 'GB' | 'TB'}`
export type TimeText = `${number}${'us' | 'ms' | 's' | 'min' | 'h' | 'd'}`

/** 0 and -1 need no unit: off, and "the server chooses". */
type NoUnit = 0 | -1
type Split<T extends string> = T extends `${infer Head}|${infer Tail}` ? Head | Split<Tail> : T
/** Many enums began as booleans, and take true and false to this day. */
type OrBoolean<V extends string> = V | ('on' | 'off' extends V ? boolean : never)

/** What a setting takes, by its unit or type. */
type ValueOfKind<K extends string> = K extends `${string}B`
  ? MemoryText | NoUnit
  : K extends 'ms' | 's' | 'min'
    ? TimeText | NoUnit
    : K extends 'bool'
      ? boolean | 'on' | 'off'
      : K extends 'integer' | 'real'
        ? number
        : K extends `enum ${infer Values}`
          ? OrBoolean<Split<Values>>
          : string

export type ValueOf<K extends KnownSetting> = ValueOfKind<Kinds[K]>

/** A profile's settings: a name that no PostgreSQL has, or a value of the wrong kind or unit, does not compile. */
export type ProfileSettings = { readonly [K in KnownSetting]?: SettingSpec<ValueOf<K>> } & {
  readonly [name: `${string}.${string}`]: SettingSpec
}

/** TypeScript does not look for wrong names in a literal that spreads another profile's settings: this does. */
export type OnlyKnown<S> = {
  readonly [K in keyof S]: K extends KnownSetting | `${string}.${string}` ? unknown : never
}
