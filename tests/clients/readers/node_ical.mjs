// Prints what node-ical shows of a calendar: reads iCalendar, writes JSON.
import { readFileSync } from "node:fs";
import ical from "node-ical";

const events = Object.values(ical.sync.parseICS(readFileSync(0, "utf8")))
  .filter((component) => component.type === "VEVENT")
  .map((event) => ({
    uid: event.uid,
    start: event.start.toISOString(),
    end: event.end.toISOString(),
    title: event.summary,
    status: event.status,
    place: event.location,
    text: event.description ?? "", // a shift has none
  }));
console.log(JSON.stringify(events));
