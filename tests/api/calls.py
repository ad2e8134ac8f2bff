"""How every route is called with something in the scope of those who may; ``$names`` are the town's."""

from __future__ import annotations

from typing import Any

import msgspec

from volunteer_core.permissions import Scope
from volunteer_core.sheets.children import CHILDREN_COLUMNS
from volunteer_core.sheets.people import PEOPLE_COLUMNS

PATH = {
    "person_id": "$ward",
    "ward_id": "$ward",
    "site_id": "$site",
    "programme_id": "$programme",
    "team_id": "$team",
    "shift_id": "$draft",
    "event_id": "$event",
    "child_id": "$child",
    "session_id": "$session",
    "day": "2026-11-02",
    "week": "2026-W45",
}
"""What stands in a path unless a call says otherwise."""


class Call(msgspec.Struct, frozen=True):
    """One way to call a route, and what is peculiar about its rights."""

    operation_id: str
    path: dict[str, str] = {}
    query: dict[str, Any] = {}
    headers: dict[str, str] = {}
    body: Any = None
    """JSON, or the text of a sheet."""
    right: str = ""
    """The row of the table, if it is another than the one that the route names."""
    never: frozenset[Scope] = frozenset()
    """Scopes of the row that this call does not lie in: here they do not help."""
    anywhere: frozenset[Scope] = frozenset()
    """Scopes that suffice wherever one has them: the answer then holds only what lies in them."""
    shows: str = ""
    """The member of the answer that is then empty."""

    variant: str = ""
    """What tells this call from another of the same route."""

    def __str__(self) -> str:
        return f"{self.operation_id} {self.variant}".rstrip()


S, G, T, C = Scope.SELF, Scope.GUARDIAN, Scope.TEAM, Scope.COMMUNITY
SPAN = {"first": "2026-11-02", "last": "2026-11-08"}
YEAR = {"first": "2026-09-01", "last": "2027-06-30"}
TIMES = {"starts_at": "2027-03-06T09:00:00+08:00", "ends_at": "2027-03-06T10:00:00+08:00"}
CLOSED = {"starts_at": "2027-05-08T00:00:00+08:00", "ends_at": "2027-05-09T00:00:00+08:00"}
CLAIM = {
    "starts_at": "2026-11-01T08:00:00+08:00",
    "ends_at": "2026-11-01T09:00:00+08:00",
    "what": "清理楼道",
    "place": "三号楼",
    "evidence": "群里有照片",
}
PEOPLE = f"{','.join(PEOPLE_COLUMNS)}\nV900,王小敏,,,SF,,,,,,,,,,\n"
MONTH = {"community_id": "$community", "month": "2026-09"}
CHILD = "C900,林小雨,2018-05-02,SF-S,SCHOOL,12345,2026-09-01,2027-01-31,V002,母亲,"
HOURS = "姓名,电话,日期,分钟,活动内容,地点,社区\n林爷爷,13800000009,2026-10-12,60,劝导,路口,SF\n"
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//\r\nEND:VCALENDAR\r\n"
CHILDREN = f"{','.join(CHILDREN_COLUMNS)}\n{CHILD}\n"

PLACES = (
    Call("list_communities"),
    Call("add_community", body={"code": "C9", "name": "新社区"}),
    Call("list_grids"),
    Call("add_grid", body={"community_id": "$community", "code": "G9", "name": "第九网格"}),
    Call("list_sites"),
    Call("add_site", body={"community_id": "$community", "code": "S9", "name": "活动室"}),
    Call("read_site"),
    Call("correct_site", body={"address": "凤翔东路 14 号"}),
    Call("list_days", query=SPAN),
    Call("count_workdays", query={"day": "2026-11-02", "number": "3"}),
    Call("list_local_days"),
    Call("set_local_day", {"day": "2027-05-08"}, body={"works": True, "name": "调休", "source": "通知"}),
    Call("list_terms"),
    Call(
        "set_term",
        body={"name": "下学期", "first_day": "2027-02-22", "last_day": "2027-07-02", "source": "推算"},
    ),
    Call("check_site_open", query={"start": "2026-11-02T09:00:00+08:00", "end": "2026-11-02T10:00:00+08:00"}),
    Call("list_closures"),
    Call("declare_closure", body={"name": "停课", "source": "通知", "site_id": "$site", **CLOSED}),
    Call(
        "declare_closure",
        body={"name": "停课", "source": "通知", **CLOSED},
        never=frozenset({C}),
        variant="everywhere",
    ),
    Call("lift_closure", {"closure_id": "$closure"}),
    Call("read_office_settings"),
    Call("list_setting_changes"),
    Call(
        "change_office_setting",
        {"name": "weekly_target_minutes"},
        body={"value": 150, "valid_from": "2030-01-01"},
    ),
    Call("list_audit_entries"),
)

PEOPLE_AND_TEAMS = (
    Call("search_people", anywhere=frozenset({C}), shows="items"),
    Call("register_person", body={"name": "赵小兰", "community_id": "$community"}),
    Call("register_person", body={"name": "赵小兰"}, never=frozenset({C}), variant="of no community"),
    Call("read_person"),
    Call("correct_person", body={"phone": "13912345678"}),
    Call("correct_person", body={"name": "林小和"}, never=frozenset({S}), variant="name"),
    Call("record_leaving", body={"on": "2028-01-01"}),
    Call("take_on_visitor", {"person_id": "$visitor"}),
    Call("qualify_person", body={"kind": "first_aid", "valid_from": "2026-09-01"}),
    Call("record_check", body={"checked_on": "2026-09-02", "result": "clear"}),
    Call(
        "link_guardian",
        body={"guardian_id": "$grandmother", "relation": "祖母", "valid_from": "2026-09-01"},
    ),
    Call("list_consents"),
    Call(
        "give_consent",
        body={"guardian_id": "$mother", "valid_from": "2026-09-01", "valid_to": "2027-06-30"},
    ),
    Call("give_consent", body={"guardian_id": "$mother", "event_id": "$event"}, variant="to an event"),
    Call("withdraw_consent", {"consent_id": "$spare_consent"}),
    Call("list_leave"),
    Call("take_leave", body={"first_day": "2027-05-10", "last_day": "2027-05-11"}),
    Call("withdraw_leave", {"leave_id": "$leave"}),
    Call("import_people_sheet", body=PEOPLE),
    Call("import_children_sheet", body=CHILDREN),
    Call("preview_people_sheet", body=PEOPLE),
    Call("read_people_template"),
    Call("import_hours_sheet", body=HOURS),
    Call("preview_hours_sheet", body=HOURS),
    Call("read_hours_template"),
    Call("list_teams"),
    Call("found_team", body={"code": "T9", "name": "红娘站"}),
    Call("change_team", body={"purpose": "照看"}),
    Call("list_members", {"team_id": "$local_team"}),
    Call("join_team", {"team_id": "$local_team"}, body={"person_id": "$ward", "on": "2026-11-02"}),
    Call(
        "add_known_member",
        {"team_id": "$local_team"},
        body={"name": "林爷爷", "phone": "13800000009", "on": "2026-11-02"},
    ),
    Call("quit_team", body={"on": "2027-06-01"}),
    Call("appoint_leader", {"person_id": "$helper"}, body={"leads": False}),
    Call("list_grid_posts"),
    Call(
        "appoint_to_grid",
        body={
            "person_id": "$helper",
            "role": "community_cadre",
            "community_id": "$community",
            "salaried": True,
            "since": "2026-09-01",
        },
    ),
    Call("relieve_from_grid", {"post_id": "$post"}, body={"until": "2027-06-01"}),
    Call("read_me"),
    Call("list_tokens"),
    Call("issue_token", body={"label": "手机"}),
    Call("revoke_token", {"token_id": "$token"}),
    Call("list_roles"),
    Call(
        "grant_role",
        body={
            "person_id": "$grandmother",
            "role": "community_coordinator",
            "community_id": "$other_community",
            "valid_from": "2027-06-01",
        },
    ),
    Call("end_role", {"grant_id": "$grant"}, body={"last_day": "2027-06-01"}),
)

ROSTERS = (
    Call("list_programmes"),
    Call("set_up_programme", body={"code": "P9", "name": "清洁", "day_rule": "workdays"}),
    Call("rename_programme", {"programme_id": "$clean_up"}, body={"name": "每周两小时"}),
    Call("count_with_grace", body={"grace_minutes": 10}),
    Call("advise_programme", {"programme_id": "$clean_up"}, body={"bring": "手套"}),
    Call("list_patterns"),
    Call(
        "set_pattern",
        body={
            "programme_id": "$programme",
            "site_id": "$site",
            "weekdays": "6",
            "starts": "19:00:00",
            "ends": "20:00:00",
            "minimum": 1,
            "maximum": 2,
            "valid_from": "2027-03-01",
            "valid_to": "2027-06-30",
        },
    ),
    Call("end_pattern", {"pattern_id": "$pattern"}, body={"last_day": "2027-04-01"}),
    Call(
        "generate_shifts",
        body={"first": "2027-03-05", "last": "2027-03-05", "site_id": "$site"},
    ),
    Call(
        "generate_shifts",
        body={"first": "2027-03-05", "last": "2027-03-05"},
        never=frozenset({C}),
        variant="at all sites",
    ),
    Call(
        "copy_week",
        body={"from_week": "2026-W45", "to_week": "2027-W09", "site_id": "$site"},
    ),
    Call(
        "copy_week",
        body={"from_week": "2026-W45", "to_week": "2027-W09"},
        never=frozenset({C}),
        variant="at all sites",
    ),
    Call("list_seats", query={"site_id": "$site"}),
    Call("list_seats", anywhere=frozenset({C}), shows="items", variant="of all sites"),
    Call(
        "give_seat",
        {"pattern_id": "$pattern"},
        body={"person_id": "$staff", "weekday": 5, "valid_from": "2027-03-02"},
    ),
    Call("end_seat", {"seat_id": "$seat"}, body={"last_day": "2027-03-31"}),
    Call("read_week_sheet", query={"site_id": "$site"}),
    Call("read_week_sheet", query={"contacts": "true"}, anywhere=frozenset({C}), variant="of all sites"),
    Call("read_week_text"),
    Call("read_week_coverage", query={"site_id": "$site"}),
    Call("read_week_coverage", anywhere=frozenset({C}), shows="shifts", variant="of all sites"),
    Call("publish_week", {"week": "2026-W46"}),
    Call("withdraw_week", {"week": "2026-W47"}),
    Call("list_shifts", query=SPAN),
    Call(
        "add_shift",
        body={"programme_id": "$clean_up", "site_id": "$site", "minimum": 1, "maximum": 2, **TIMES},
    ),
    Call("read_shift", {"shift_id": "$marked"}),
    Call("change_shift", body={"note": "带好钥匙"}),
    Call("call_off_shift", {"shift_id": "$doomed"}, body={"reason": "检修"}),
    Call("reinstate_shift", {"shift_id": "$called_off"}),
    Call("list_candidates"),
    Call("assign_person", body={"person_id": "$staff"}),
    Call(
        "assign_person",
        {"shift_id": "$busy_time"},
        body={"person_id": "$staff", "override_reason": "人手不足"},
        right="rosters.override",
        variant="against the rules",
    ),
    Call("lock_assignment", {"shift_id": "$kept", "person_id": "$helper"}),
    Call("unlock_assignment", {"shift_id": "$kept", "person_id": "$helper"}),
    Call("release_person", {"shift_id": "$staffed", "person_id": "$helper"}),
    Call(
        "mark_shift_attendance",
        {"shift_id": "$unmarked"},
        body={"person_id": "$helper", "attendance": "attended"},
    ),
    Call("mark_all_attended", {"shift_id": "$all_unmarked"}),
    Call("set_minimum_from_enrolment", body=YEAR, anywhere=frozenset({C})),
)

AVAILABILITY = (
    Call("read_availability"),
    Call(
        "state_weekly",
        body={
            "spans": [{"weekday": 1, "starts": "17:00:00", "ends": "18:00:00"}],
            "valid_from": "2027-01-04",
        },
    ),
    Call("state_dates", body={"first_day": "2027-01-04", "last_day": "2027-01-05", "kind": "cannot"}),
    Call("withdraw_dates", {"wish_id": "$wish"}),
    Call("state_limits", body={"max_per_week": 3, "site_ids": ["$site"], "partner_ids": ["$helper"]}),
    Call("list_asks"),
    Call(
        "ask_team",
        {"programme_id": "$visits"},
        body={
            "first_day": "2026-12-07",
            "last_day": "2026-12-13",
            "deadline": "2026-12-04T18:00:00+08:00",
        },
    ),
    Call("read_ask", {"ask_id": "$ask"}),
    Call("answer_ask", {"ask_id": "$ask"}),
    Call("read_roster_rules"),
    Call("set_roster_rules", {"programme_id": "$clean_up"}, body={"most_of_family": 2}),
    Call("list_pairs"),
    Call("set_pair", body={"person_id": "$helper", "other_id": "$staff", "kind": "together"}),
    Call("remove_pair", {"programme_id": "$clean_up", "pair_id": "$pair"}),
)

CHANGING_HANDS = (
    Call("list_substitutes"),
    Call("cannot_come", {"shift_id": "$given_up"}, body={"person_id": "$ward", "reason": "生病"}),
    Call("list_drop_outs"),
    Call("confirm_shift", {"shift_id": "$confirmed"}, body={"person_id": "$ward"}),
    Call("list_confirmations", {"week": "2026-W51"}),
    Call("offer_shift", {"shift_id": "$own"}, body={"person_id": "$ward", "to_person_id": "$helper"}),
    Call("withdraw_offer", {"offer_id": "$own_offer"}),
    Call("accept_offer", {"offer_id": "$offer"}, body={"person_id": "$ward"}),
    Call("decline_offer", {"offer_id": "$declined_offer"}, body={"person_id": "$ward"}),
    Call("approve_offer", {"offer_id": "$approved_offer"}),
    Call("refuse_offer", {"offer_id": "$refused_offer"}, body={"reason": "人手不足"}),
    Call("list_offers"),
    Call("list_team_offers", {"team_id": "$local_team"}),
    Call("list_open_shifts", query={"first": "2026-12-21", "last": "2026-12-27"}),
    Call("take_shift", {"shift_id": "$open"}, body={"person_id": "$ward"}),
    Call("join_wait", {"shift_id": "$full"}, body={"person_id": "$ward"}),
    Call("leave_wait", {"shift_id": "$full_left"}, body={"person_id": "$ward"}),
    Call("list_waiting", {"shift_id": "$full"}),
    Call("list_waits"),
    Call("list_roster_versions", {"week": "2026-W51"}),
    Call("read_roster_version", {"version_id": "$version"}),
    Call("compare_roster_versions", {"version_id": "$version"}, query={"since": "$version"}),
)

PLACE = {"draft_id": "$staffed_plan", "shift_id": "$draft", "person_id": "$ward"}
DRAFTS = (
    Call(
        "request_draft",
        body={"first_day": "2026-11-05", "last_day": "2026-11-06", "site_ids": ["$site"], "seconds": 5},
    ),
    Call("list_drafts", anywhere=frozenset({C}), shows="items"),
    Call("read_draft", {"draft_id": "$plan"}),
    Call("explain_absence", {"draft_id": "$plan"}, {"shift_id": "$draft", "person_id": "$ward"}),
    Call("compare_drafts", query={"ids": ["$plan", "$other_plan"]}),
    Call("stop_draft", {"draft_id": "$waiting_plan"}),
    Call("discard_draft", {"draft_id": "$spare_plan"}),
    Call("replan_draft", {"draft_id": "$plan"}),
    Call("put_in_draft", {"draft_id": "$emptied_plan"}, body={"person_ids": ["$ward"]}),
    Call("take_out_of_draft", {"draft_id": "$other_plan"}, body={"person_ids": ["$ward"]}),
    Call("lock_draft_place", PLACE),
    Call("unlock_draft_place", PLACE),
    Call("apply_draft", {"draft_id": "$applied_plan"}),
    Call(
        "publish_weeks",
        body={"first_week": "2026-W50", "last_week": "2026-W50", "site_ids": ["$site"]},
    ),
)

EVENTS = (
    Call("list_events"),
    Call("create_event", body={"title": "讲座", "site_id": "$site", "team_id": "$team", **TIMES}),
    Call("read_event"),
    Call("change_event", body={"description": "请提前到场。"}),
    Call("publish_event", {"event_id": "$draft_event"}),
    Call("call_off_event", {"event_id": "$doomed_event"}, body={"reason": "台风"}),
    Call("add_position", body={"name": "听众", "capacity": 40, "earns_hours": False}),
    Call("change_capacity", {"position_id": "$event_position"}, body={"capacity": 9}),
    Call(
        "sign_up",
        {"position_id": "$overridden_position"},
        body={"person_id": "$ward", "override_reason": "家长同意"},
        right="events.override",
        variant="whose time is promised",
    ),
    Call(
        "hold_seats",
        {"position_id": "$event_position"},
        body={"community_id": "$community", "seats": 1, "until": "2026-11-04T09:00:00+08:00"},
    ),
    Call(
        "sign_up_group",
        {"position_id": "$group_position"},
        body={"team_id": "$team", "person_ids": ["$ward"], "whole": True},
    ),
    Call("accept_seat", {"signup_id": "$offered_signup"}),
    Call("grant_signup", {"signup_id": "$granted_signup"}),
    Call("decline_signup", {"signup_id": "$declined_signup"}),
    Call("change_position", {"position_id": "$event_position"}, body={"offer_minutes": 60}),
    Call("remove_position", {"event_id": "$spare", "position_id": "$spare_position"}),
    Call("copy_event", body={"dates": ["2026-12-07"]}),
    Call("read_series", {"series_id": "$series"}),
    Call("copy_series", {"series_id": "$series"}, body={"first_day": "2027-03-01"}),
    Call("publish_series", {"series_id": "$series"}),
    Call("call_off_series", {"series_id": "$series"}, body={"reason": "讲师生病"}),
    Call("list_signups"),
    Call("sign_up", {"position_id": "$event_position"}, body={"person_id": "$ward"}),
    Call("cancel_signup", {"signup_id": "$cancelled_signup"}),
    Call("mark_signup", {"signup_id": "$past_signup"}, body={"attendance": "attended"}),
    Call("list_signups_of_person"),
    Call(
        "ask_by_phone",
        {"position_id": "$audience"},
        body={"name": "符新来", "phone": "13800010020", "community_id": "$community"},
    ),
    Call(
        "confirm_by_phone",
        {"phone_signup_id": "$phoned_confirmed"},
        headers={"Signup-Secret": "$phoned_confirmed_secret"},
        body={"code": "$phoned_code"},
    ),
    Call(
        "read_by_phone",
        {"phone_signup_id": "$phoned_unread"},
        headers={"Signup-Secret": "$phoned_unread_secret"},
    ),
    Call(
        "read_ticket_by_phone",
        {"phone_signup_id": "$phoned_seated"},
        headers={"Signup-Secret": "$phoned_seated_secret"},
    ),
    Call(
        "cancel_by_phone",
        {"phone_signup_id": "$phoned_taken_back"},
        headers={"Signup-Secret": "$phoned_taken_back_secret"},
    ),
    Call(
        "accept_by_phone",
        {"phone_signup_id": "$phoned_offered"},
        headers={"Signup-Secret": "$phoned_offered_secret"},
    ),
    Call("vouch_by_phone", {"phone_signup_id": "$phoned_vouched"}),
    Call("list_phone_signups", {"event_id": "$phoned_event"}),
)

SCAN = {"key": "door-1", "direction": "in", "signup_id": "$door_signup"}
DOOR = (
    Call("read_ticket", {"signup_id": "$door_signup"}),
    Call("read_ticket_picture", {"signup_id": "$door_signup"}),
    Call("renew_ticket", {"signup_id": "$door_signup"}),
    Call("read_door_list", {"event_id": "$door_event"}),
    Call(
        "report_scans",
        {"event_id": "$door_event"},
        body={"reports": [{**SCAN, "scanned_at": "2026-11-02T17:15:00+08:00"}]},
    ),
    Call("check_in", {"signup_id": "$door_signup"}),
    Call("check_out", {"signup_id": "$inside_signup"}),
    Call("undo_check_in", {"signup_id": "$mistaken_signup"}),
    Call("walk_in", {"position_id": "$door_position"}, body={"person_id": "$grandmother"}),
    Call("conclude_event", {"event_id": "$past"}, body={}),
    Call("read_event_figures"),
    Call("read_series_figures", {"series_id": "$series"}, shows="dates"),
    Call("evaluate_event", {"signup_id": "$served_signup"}, body={"rating": 5, "remark": "很好"}),
    Call("evaluate_service", {"signup_id": "$served_signup"}, body={"rating": 5, "remark": "耐心"}),
    Call("read_event_evaluations"),
    Call("list_own_evaluations"),
    Call("read_attendance_sheet"),
)

CARE = (
    Call("list_children", anywhere=frozenset({C}), shows="items"),
    Call("register_child", body={"name": "王小雨", "birth_date": "2018-05-05", "community_id": "$community"}),
    Call("read_child"),
    Call("my_children_today", never=frozenset({C})),
    Call("link_child_guardian", body={"person_id": "$mother", "relation": "妈妈"}),
    Call("unlink_child_guardian", {"child_id": "$present_child", "person_id": "$grandmother"}),
    Call(
        "enrol_child",
        body={
            "programme_id": "$programme",
            "site_id": "$site",
            "weekdays": "6",
            "first_day": "2026-11-07",
            "last_day": "2027-01-31",
        },
    ),
    Call("end_enrolment", {"enrolment_id": "$present_child_enrolment"}, body={"last_day": "2027-01-15"}),
    Call("list_pickups"),
    Call(
        "authorise_pickup",
        body={
            "person_id": "$mother",
            "relation": "母亲",
            "valid_from": "2026-11-02",
            "valid_to": "2027-01-31",
        },
    ),
    Call("withdraw_pickup", {"authorisation_id": "$spare_pickup"}),
    Call("read_care_need", query={"site_id": "$site"}),
    Call("open_session", body={"programme_id": "$programme", "site_id": "$site", "day": "2026-11-02"}),
    Call("read_session"),
    Call("arrive", body={"child_id": "$child"}),
    Call("hand_over", body={"child_id": "$present_child", "authorisation_id": "$present_child_pickup"}),
)

HOURS_AND_CALENDARS = (
    Call("read_balance"),
    Call("list_entries"),
    Call("read_progress", query=SPAN),
    Call("read_progress", query={**SPAN, "team_id": "$team"}, variant="for a team"),
    Call("read_team_target"),
    Call("set_team_target", body={"minutes": 90, "week": "2026-W46"}),
    Call("read_programme_target"),
    Call("set_programme_target", body={"minutes": None, "week": "2026-W46"}),
    Call("read_team_progress", {"team_id": "$local_team"}),
    Call("read_programme_progress", {"programme_id": "$visits"}),
    Call("read_community_progress", {"community_id": "$community"}, query={"week": "2026-W44"}),
    Call("compare_team_weeks", {"team_id": "$local_team"}, query=SPAN),
    Call("compare_programme_weeks", {"programme_id": "$visits"}, query=SPAN),
    Call("compare_community_weeks", {"community_id": "$community"}, query=SPAN),
    Call("list_who_could_reach", {"team_id": "$local_team"}),
    Call("correct_entry", {"entry_id": "$entry"}, body={"minutes": 45, "reason": "更正"}),
    Call("file_claim", body=CLAIM),
    Call("list_own_claims"),
    Call("withdraw_claim", {"claim_id": "$withdrawn_claim"}),
    Call("list_claims", anywhere=frozenset({T, C}), shows="items"),
    Call("review_claim", {"claim_id": "$claim"}),
    Call("approve_claim", {"claim_id": "$approved_claim"}),
    Call("shorten_claim", {"claim_id": "$shortened_claim"}, body={"minutes": 30, "reason": "提前离开"}),
    Call("decline_claim", {"claim_id": "$declined_claim"}, body={"reason": "没有人能证明"}),
    Call("file_objection", {"entry_id": "$own_entry"}, body={"text": "少记了半小时"}),
    Call("list_objections_to_entry", {"entry_id": "$own_entry"}),
    Call("list_own_objections"),
    Call("list_objections", anywhere=frozenset({C}), shows="items"),
    Call("withdraw_objection", {"objection_id": "$withdrawn_objection"}),
    Call(
        "correct_objected",
        {"objection_id": "$corrected_objection"},
        body={"minutes": 40, "reason": "已核对"},
    ),
    Call("explain_objected", {"objection_id": "$explained_objection"}, body={"reason": "签到表如此"}),
    Call("list_overdue", anywhere=frozenset({T, C}), shows="items"),
    Call("tally_hours", query={"by": "team", **YEAR}, anywhere=frozenset({T, C}), shows="rows"),
    Call("verify_hours"),
    Call("list_entries_behind", query=YEAR, anywhere=frozenset({T, C}), shows="items"),
    Call(
        "list_months",
        query={"first": "2026-09", "last": "2026-09", "community_id": "$community"},
        anywhere=frozenset({C}),
    ),
    Call("read_checklist", MONTH),
    Call("report_month", MONTH),
    Call("close_month", MONTH | {"month": "2026-08"}),
    Call("reopen_month", MONTH | {"month": "2026-07"}, body={"reason": "漏登一次活动"}),
    Call("read_record", query=YEAR),
    Call("issue_certificate", body=YEAR | {"first": "2026-10-01"}),
    Call(
        "issue_certificate",
        body=YEAR | {"spell_out": True},
        right="hours.certificates.spell_out",
        variant="with what is discreet",
    ),
    Call("list_certificates"),
    Call("read_certificate", {"certificate_id": "$certificate"}),
    Call("read_certificate_pdf", {"certificate_id": "$certificate"}),
    Call("revoke_certificate", {"certificate_id": "$revoked_certificate"}, body={"reason": "时长有误"}),
    Call("confirm_certificate"),
    Call("show_certificate", {"number": "$certificate_number", "code": "$certificate_code"}),
    Call("list_recognitions_of_person"),
    Call("list_recognitions", never=frozenset({G}), anywhere=frozenset({S, C}), shows="items"),
    Call("confirm_recognition", {"recognition_id": "$star"}, body={"reason": "予以保留"}),
    Call("withdraw_recognition", {"recognition_id": "$second_star"}, body={"reason": "重复登记"}),
    Call("read_hour_book", query=SPAN, anywhere=frozenset({T, C})),
    Call("read_hour_csv", query=SPAN, anywhere=frozenset({T, C})),
    Call("read_records", query=SPAN, anywhere=frozenset({C})),
    Call("list_notices", anywhere=frozenset({S, T, C}), shows="items"),
    Call("write_group_text", anywhere=frozenset({S, T, C}), shows="notice_ids"),
    Call("mark_told", body={"notice_ids": ["$told"]}),
    Call("subscribe", body={"kind": "person", "subject_id": "$ward", "label": "手机"}),
    Call(
        "subscribe",
        body={"kind": "family", "subject_id": "$mother", "label": "手机"},
        right="calendars.subscribe.family",
        variant="family",
    ),
    Call(
        "subscribe",
        body={"kind": "team", "subject_id": "$team", "label": "手机"},
        right="calendars.subscribe.team",
        variant="team",
    ),
    Call(
        "subscribe",
        body={"kind": "programme", "subject_id": "$programme", "label": "手机"},
        right="calendars.subscribe.programme",
        variant="programme",
    ),
    Call(
        "subscribe",
        body={"kind": "site", "subject_id": "$site", "label": "大屏"},
        right="calendars.subscribe.site",
        variant="site",
    ),
    Call("list_subscriptions"),
    Call("rename_subscription", {"subscription_id": "$subscription"}, body={"label": "平板"}),
    Call("choose_options", {"subscription_id": "$subscription"}, body={"alarm_minutes": 30}),
    Call("rotate_subscription", {"subscription_id": "$replaced"}),
    Call("revoke_subscription", {"subscription_id": "$revoked"}),
    Call("list_commitments", query=SPAN),
    Call("list_busy_calendars"),
    Call("upload_busy_calendar", query={"label": "手机"}, body=CALENDAR),
    Call("register_busy_calendar", body={"label": "单位", "address": "$calendar_address"}),
    Call("replace_busy_calendar", {"calendar_id": "$uploaded"}, body=CALENDAR),
    Call("refresh_busy_calendar", {"calendar_id": "$registered"}),
    Call("remove_busy_calendar", {"calendar_id": "$removed"}),
    Call("fetch_feed", {"name": "$subscription_secret.ics"}),
    Call("fetch_public_events"),
    Call("fetch_community_events", {"name": "$community.ics"}),
    Call("fetch_event", {"name": "$event.ics"}),
    Call("fetch_workdays"),
    Call("show_entry", {"uid": "$entry_uid"}),
    Call("read_invitation", {"commitment_id": "$promise"}),
)

CALLS = (
    *PLACES, *PEOPLE_AND_TEAMS, *ROSTERS, *AVAILABILITY, *CHANGING_HANDS, *DRAFTS, *EVENTS, *DOOR, *CARE,
    *HOURS_AND_CALENDARS,
)  # fmt: skip
