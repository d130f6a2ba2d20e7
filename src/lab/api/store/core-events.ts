import { type ApiObject, isObject } from './api-object.ts';

/** Another form of the same object. */
export interface View {
  /** From the form that is kept. */
  show(object: ApiObject): ApiObject;
  /** To the form that is kept. */
  keep(object: ApiObject): ApiObject;
}

/** Events as v1 has them, which is what kubectl reads; kept are those of events.k8s.io/v1 (pkg/apis/events/v1/conversion.go). */
export const coreEvents: View = {
  show: ({ regarding, related, note, deprecatedSource, ...event }) => {
    const { deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount, ...rest } = event;
    const { reportingController, ...shown } = rest;
    return defined({
      ...shown,
      apiVersion: 'v1',
      involvedObject: regarding ?? {},
      related,
      message: note,
      source: deprecatedSource ?? { component: reportingController },
      firstTimestamp: deprecatedFirstTimestamp ?? event.eventTime,
      lastTimestamp: deprecatedLastTimestamp ?? lastSeen(event),
      count: deprecatedCount ?? seriesOf(event)?.count,
      reportingComponent: reportingController,
    });
  },
  keep: ({ involvedObject, message, source, firstTimestamp, lastTimestamp, count, ...event }) => {
    const { reportingComponent, ...rest } = event;
    return defined({
      ...rest,
      apiVersion: 'events.k8s.io/v1',
      regarding: involvedObject,
      note: message,
      deprecatedSource: source,
      deprecatedFirstTimestamp: firstTimestamp,
      deprecatedLastTimestamp: lastTimestamp,
      deprecatedCount: count,
      reportingController: reportingComponent,
    });
  },
};

function lastSeen(event: ApiObject): unknown {
  return seriesOf(event)?.lastObservedTime ?? event.eventTime;
}

function seriesOf({ series }: ApiObject): ApiObject | undefined {
  return isObject(series) ? series : undefined;
}

function defined(object: ApiObject): ApiObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
