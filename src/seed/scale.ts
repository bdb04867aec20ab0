import type { Profile } from './profile.ts'
export function scaleProfile(profile: Profile, _o: { rows?: number | undefined; scale?: number | undefined }): Profile {
  return profile
}
