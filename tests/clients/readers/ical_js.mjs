// Prints what ical.js, which is Thunderbird's, shows of a calendar: reads iCalendar, writes JSON.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    start: event.startDate.toJSDate().toISOString(),
    end: event.endDate.toJSDate().toISOString(),
    title: event.summary,
    status: component.getFirstPropertyValue("status"),
    place: event.location,
    text: event.description ?? "", // a shift has none
  };
});
console.log(JSON.stringify(events));
