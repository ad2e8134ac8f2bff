// Prints what node-ical shows of a calendar: reads iCalendar, writes JSON.
import { readFileSync } from "node:fs";
import ical from "node-ical";

// An instant in UTC; of a whole day, which is kept as the midnight here, its date as the midnight of UTC.
const time = (value) =>
  value.dateOnly
    ? new Date(Date.UTC(value.getFullYear(), value.getMonth(), value.getDate())).toISOString()
    : value.toISOString();

const events = Object.values(ical.sync.parseICS(readFileSync(0, "utf8")))
  .filter((component) => component.type === "VEVENT")
  .map((event) => ({
    uid: event.uid,
    start: time(event.start),
    end: time(event.end),
    title: event.summary,
    status: event.status,
    place: event.location ?? "", // a day has none
    text: event.description ?? "", // a shift has none
  }));
console.log(JSON.stringify(events));
