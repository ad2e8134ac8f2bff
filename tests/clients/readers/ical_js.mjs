// Prints what ical.js, which is Thunderbird's, shows of a calendar: reads iCalendar, writes JSON.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

// An instant in UTC; of a whole day its date, as the midnight of UTC.
const time = (value) => (value.isDate ? `${value}T00:00:00Z` : value.toJSDate().toISOString());

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    start: time(event.startDate),
    end: time(event.endDate),
    title: event.summary,
    status: component.getFirstPropertyValue("status"),
    place: event.location ?? "", // a day has none
    text: event.description ?? "", // a shift has none
  };
});
console.log(JSON.stringify(events));
