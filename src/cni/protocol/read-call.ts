import { CniError, errorCodes } from './cni-error.ts';
import { isObject, type JsonObject } from './json.ts';
import { operations } from './operations.ts';
import { type Environment, type Parameters, readParameters } from './parameters.ts';
import { type CniVersion, isAtLeast, isSupported, supportedVersions, unsaidVersion } from './versions.ts';

/** A call of a plugin, with what the protocol itself asks of it checked. */
export interface Call {
  readonly parameters: Parameters;
  readonly version: CniVersion;
  /** Name of the network. */
  readonly network: string;
  /** The configuration as it came. */
  readonly document: JsonObject;
  /** The same as a text. */
  readonly input: string;
}

/** Throws a `CniError`: 1, 4, 6 or 7. `VERSION` has an answer whatever the configuration: it is not asked for here. */
export function readCall(environment: Environment, input: string): Call {
  const parameters = readParameters(environment);
  const document = readDocument(input);
  const version = readVersion(document, parameters);
  return { parameters, version, network: readNetworkName(document), document, input };
}

/** Throws a `CniError` of code 6. */
export function readDocument(text: string): JsonObject {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CniError(errorCodes.decoding, 'the network configuration on standard input is no JSON', reason);
  }
  if (isObject(document)) return document;
  throw new CniError(errorCodes.decoding, 'the network configuration on standard input is no JSON object');
}

function readVersion(document: JsonObject, { operation }: Parameters): CniVersion {
  const version = document.cniVersion ?? unsaidVersion;
  if (typeof version !== 'string' || !/^\d+\.\d+\.\d+$/.test(version)) {
    throw new CniError(
      errorCodes.decoding,
      `cniVersion must be a version such as "1.1.0"; it is ${JSON.stringify(version)}`,
    );
  }
  if (!isSupported(version)) {
    throw new CniError(
      errorCodes.incompatibleVersion,
      `cniVersion ${JSON.stringify(version)} is not supported`,
      `This plugin supports ${supportedVersions.join(', ')}.`,
    );
  }
  const first = operations[operation];
  if (isAtLeast(version, first)) return version;
  throw new CniError(
    errorCodes.incompatibleVersion,
    `there is no ${operation} in cniVersion ${JSON.stringify(version)}`,
    `It came with ${first}.`,
  );
}

/** A folder has the name of the network. */
function readNetworkName(document: JsonObject): string {
  const name = document.name;
  if (typeof name === 'string' && /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) return name;
  throw new CniError(
    errorCodes.invalidConfiguration,
    name === undefined
      ? 'name is missing: the name of the network'
      : `name must begin with a letter or digit and go on with letters, digits, "_", "." and "-"; it is ${JSON.stringify(name)}`,
  );
}
