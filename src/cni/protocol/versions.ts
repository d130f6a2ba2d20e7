/** The versions of the specification that configuration may have, oldest first. */
export const supportedVersions = ['0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const;

export type CniVersion = (typeof supportedVersions)[number];

/** The version that an error has where the configuration says none that is known. */
export const newestVersion: CniVersion = '1.1.0';

/** What configuration that says no version means: that of the time before there were any (as libcni reads it). */
export const unsaidVersion = '0.1.0';

export function isSupported(version: string): version is CniVersion {
  return supportedVersions.some((supported) => supported === version);
}

/** Whether a version is as new as the other, or newer. */
export function isAtLeast(version: CniVersion, other: CniVersion): boolean {
  return supportedVersions.indexOf(version) >= supportedVersions.indexOf(other);
}
