"""「伸びた庭木の家」: a house with an overgrown garden in the invented town 稲穂野市. Nobody in it exists.

A centre visits a family of three of whom nothing is known at first. Each day is lived on real devices: some without
signal, two of them telling different things of one visit.
"""

from collections.abc import Callable

from server.demo.town import LATER, Town, moment, plan_visit, write_note
from sync.device import Device
from sync.register import View

Told = Callable[[str], None]
"""Is told what is being done, in a few words."""


def live(town: Town, told: Told) -> None:
    """The whole story."""
    for part in (
        _found,
        _intake,
        _send,
        _first_visits,
        _visit_in_the_valley,
        _review,
        _garden,
        _window,
        _shears,
        _conference,
    ):
        told((part.__doc__ or "").rstrip("."))
        part(town)


def _found(town: Town) -> None:
    """センターをつくり、職員を招く · Found the centre, invite its staff."""
    head, town.recovery = Device.found(
        town.folder / "shiranami", town.passphrase, town.origin, town.means, duties=("coordinator", "reviewer")
    )
    town.devices["白波"] = head
    town.members["白波"] = head.member
    head.people.call(head.member, "白波", "センター長・社会福祉士")
    town.desk = head.circles.of_kind("desk")[0].id
    _join(town, "青葉", "staff", "支援員・精神保健福祉士", folder="aoba-pc")
    head.circles.seat(town.devices["青葉"].key, town.desk)
    _join(town, "梶浦", "professional", "地域包括支援センター", folder="kajiura")
    _join(town, "三枝", "supporter", "ひきこもりサポーター", folder="saegusa")
    phone = Device.enrol(
        town.folder / "aoba-phone", town.passphrase, head.people.invite(town.members["青葉"], LATER), town.means
    )
    town.devices["青葉の電話"] = phone
    for name, device in town.devices.items():
        profile = device.book.writing(device.book.where())
        profile.put(device.key[:16], "device_profile", device=device.key, name=f"{name}の端末").save()
    town.sync()


def _join(town: Town, name: str, role: str, post: str, *, folder: str) -> None:
    head = town.devices["白波"]
    member = head.people.add(role, name=name, post=post)
    town.members[name] = member
    town.devices[name] = Device.enrol(
        town.folder / folder, town.passphrase, head.people.invite(member, LATER), town.means
    )


def _intake(town: Town) -> None:
    """民生委員からの相談。3人の名前はまだ分からない · A referral; nobody knows the three by name."""
    with town.day(4, 6):
        town.case = town.devices["青葉"].circles.open_case(town.desk)
        house = town.put(
            "青葉",
            "household",
            label="B世帯",
            address="稲穂野市 北郷 三丁目 14-2",
            area="北郷",
            size_estimated=3,
            household_structure="parents_and_siblings",
            access_safety=[
                {"matter": "parking", "text": "家の前には停めない。集会所の横へ"},
                {"matter": "signal", "text": "谷は電波がない"},
            ],
        )
        town.people["世帯"] = house
        for name, band, alias in (
            ("父", "from_65", "お父さん"),
            ("母", "from_65", "お母さん"),
            ("長男", "from_45", "ご本人"),
        ):
            town.people[name] = town.put(
                "青葉", "person", household=house, age_band=band, age_source="estimated", alias_for_supporter=alias
            )
            town.put("青葉", "person", town.people[name], alive="living")
        for status in ("received", "screening", "assessing"):
            town.put("青葉", "case", house, status=status)
        town.put(
            "青葉",
            "case",
            house,
            case_no="R08-004",
            household=house,
            lead_worker=town.members["青葉"],
            client_type="family",
            concurrent_issues=["neighbours", "eighty_fifty"],
            how_heard=["minsei"],
            care_level="active",
        )
        town.people["約束ごと"] = town.put(
            "青葉",
            "contact_preference",
            person=town.people["長男"],
            knows_of_support="does_not_know",
            introduce_as="地区の見守り訪問で来ました",
            no_contact=False,
            voicemail_ok=False,
            leave_card_ok=True,
            logo_car_ok=False,
            uniform_ok=False,
            never_topics=["仕事", "同級生"],
        )
    town.sync()


def _send(town: Town) -> None:
    """支援会議で、2人で訪ねることに決める · The support meeting decides: two go together."""
    with town.day(4, 15):
        people = [town.members[name] for name in ("青葉", "梶浦")]
        town.dispatch = town.devices["青葉"].circles.dispatch(town.case.id, people)
        sent = town.put(
            "青葉",
            "dispatch",
            requested_by="agency",
            person_wish="unknown",
            exclusion_acute="unknown",
            exclusion_aggression="unknown",
            exclusion_emergency="no",
            kind=["home"],
            purpose="地区の見守り訪問として、顔を知ってもらう",
            plan="はじめは家族と。急がない",
            period_from="2026-04-15",
            period_until="2027-03-31",
            supporters=people,
            state="both_agreed",
        )
        town.people["派遣"] = sent
        risk = town.put(
            "青葉",
            "risk_flag",
            about=town.people["世帯"],
            kind=["solitary_death"],
            level="notice",
            visit_rule="two_persons",
        )
        town.people["注意"] = risk
    town.sync()


def _first_visits(town: Town) -> None:
    """灯りだけの訪問。「けっこうです」 · Only a light in the window; then "No, thank you"."""
    with town.day(4, 22):
        visit = plan_visit(town, "青葉", moment(4, 22, 14), status="ended")
        write_note(
            town,
            "青葉の電話",
            visit,
            "灯りあり。応答はありませんでした",
            person="presence",
            family="none",
            door_result="no_answer",
            actions=["card_left"],
            facts=[("seen_heard", "長男", "2階の窓に灯り。物音はしない", "saw")],
        )
    with town.day(5, 7):
        visit = plan_visit(town, "青葉", moment(5, 7, 14), status="turned_away")
        mother = town.people["母"]
        write_note(
            town,
            "青葉の電話",
            visit,
            "「けっこうです」",
            person="none",
            family="intercom",
            door_result="turned_down",
            facts=[("words", "母", "「けっこうです」", "heard_directly")],
            feelings=[("impression", "母", "怒っているというより、疲れている声", "guess")],
        )
        town.put("青葉", "consent", subject=mother, matter="visit", state="refused")
    town.sync()


def _visit_in_the_valley(town: Town) -> None:
    """谷で電波がない。同じ訪問、ふたつの見え方 · No signal in the valley: one visit, seen by two."""
    with town.day(5, 28, 13):
        visit = plan_visit(town, "青葉", moment(5, 28, 14), status="planned")
        town.people["5/28の訪問"] = visit
        town.sync()
    with town.day(5, 28, 14, 30):
        write_note(
            town,
            "青葉の電話",
            visit,
            "母と玄関先で5分",
            person="none",
            family="doorstep",
            door_result="opened",
            facts=[("seen_heard", "母", "玄関先で5分。腰をかばって立っていた", "saw")],
        )
        town.put("青葉の電話", "visit", visit, status="ended", actual_end=moment(5, 28, 14, 10))
        write_note(
            town,
            "梶浦",
            visit,
            "奥で男性の咳",
            person="presence",
            family="doorstep",
            door_result="opened",
            facts=[("seen_heard", "長男", "母と玄関先。奥で男性の咳がした", "heard_directly")],
        )
        town.put("梶浦", "visit", visit, status="ended", actual_end=moment(5, 28, 14, 20))
    with town.day(5, 28, 17):
        town.sync()


def _review(town: Town) -> None:
    """確認者が決め、たずねる · The reviewer decides, and asks."""
    with town.day(5, 29):
        head = town.devices["白波"]
        for view in _differing(head, town.people["5/28の訪問"], "actual_end"):
            head.book.resolve(view, moment(5, 28, 14, 20))
        town.put("白波", "visit", town.people["5/28の訪問"], official_contact_level="presence")
        for note in head.book.records("visit_note"):
            if head.book.value(note, "visit_note", "title") == "奥で男性の咳":
                head.book.review(
                    note, "question", question="咳は、ご本人でしょうか、お父さんでしょうか。教えてください"
                )
            else:
                head.book.review(note, "accepted", checks=["facts_apart"])
    town.sync()
    with town.day(6, 1):
        kajiura = town.devices["梶浦"]
        note = next(
            each for each in kajiura.book.records("visit_note") if town.members["梶浦"] == _author(kajiura, each)
        )
        review = kajiura.book.reviews_of_note(note)[0]
        town.put("梶浦", "review", review, answer="姿は見えず、どちらとも分かりません。推測にします")
        town.put("梶浦", "addendum", target=note, kind="correction", text="咳の主は分からない（推測）")
    town.sync()


def _garden(town: Town) -> None:
    """庭木を切った日。父がお茶を出した · The day the garden was cut; the father brought tea."""
    with town.day(6, 25):
        visit = plan_visit(town, "青葉", moment(6, 25, 10), status="ended")
        write_note(
            town,
            "梶浦",
            visit,
            "お父さんが出てこられた",
            person="none",
            family="doorstep",
            door_result="opened",
            facts=[("words", "父", "「枝がね、腰が痛くて」", "heard_directly")],
        )
    with town.day(7, 16):
        town.put("青葉", "person", town.people["父"], family_name="楠木", given_name="巌", kana="くすのき いわお")
        town.put("青葉", "person", town.people["母"], family_name="楠木", given_name="ふみ", kana="くすのき ふみ")
        town.put("青葉", "consent", subject=town.people["父"], matter="visit", state="verbal")
    with town.day(8, 1, 9):
        visit = plan_visit(town, "青葉", moment(8, 1, 9), status="ended", purpose=["procedure"])
        write_note(
            town,
            "青葉の電話",
            visit,
            "庭木を切った。お茶をいただいた",
            person="none",
            family="doorstep",
            door_result="opened",
            actions=["practical_help"],
            facts=[("done", "父", "住民4人、センター2人で2時間。お父さんがお茶を出してくださった", "saw")],
        )
    town.sync()


def _window(town: Town) -> None:
    """窓ごしの「ありがとうございました」。次の約束がふたつ · Thanks through the window; and two next dates."""
    with town.day(8, 20):
        town.put("青葉", "person", town.people["長男"], family_name="楠木", given_name="尚", kana="くすのき なお")
        town.put("青葉", "case", town.people["世帯"], primary_persons=[town.people["長男"]])
        visit = plan_visit(town, "青葉", moment(8, 20, 15), status="ended")
        note = town.people["8/20の記録"] = write_note(
            town,
            "青葉の電話",
            visit,
            "窓ごしに「ありがとうございました」",
            person="brief",
            family="doorstep",
            door_result="opened",
            facts=[("words", "長男", "「ありがとうございました」（半分あいた窓から）", "heard_directly")],
            next_step="next_visit",
            agreed="yes_date",
        )
        share = town.put("青葉", "consent", subject=town.people["長男"], matter="share_agency", state="not_asked")
        follow = town.put(
            "青葉の電話",
            "follow_up",
            kind="visit",
            note=note,
            due={"on": "2026-09-03"},
            promised=True,
            priority="normal",
            state="open",
        )
    town.sync()
    with town.day(8, 21, 11):
        town.put("青葉", "follow_up", follow, due={"on": "2026-09-03", "until": "2026-09-05"})
        town.put("梶浦", "follow_up", follow, due={"on": "2026-09-10"})
        town.put("青葉", "consent", share, state="verbal")
        town.put("梶浦", "consent", share, state="refused")
        town.put("梶浦", "risk_flag", town.people["注意"], level="caution")
        town.put("青葉", "risk_flag", town.people["注意"], visit_rule="with_professional")
    town.sync()


def _shears(town: Town) -> None:
    """本人の希望で、植木ばさみの手入れ。確認のあとの追記 · By his own wish: the shears; words added later."""
    first, seen = town.dispatch, town.devices["青葉"].book.views(town.people["8/20の記録"], "visit_note")
    with town.day(10, 8):
        people = [town.members[name] for name in ("三枝", "青葉")]
        town.dispatch = town.devices["青葉"].circles.dispatch(town.case.id, people)
        town.people["派遣"] = town.put(
            "青葉",
            "dispatch",
            requested_by="person",
            person_wish="expressed",
            exclusion_acute="no",
            exclusion_aggression="no",
            exclusion_emergency="no",
            acquaintance=["none"],
            kind=["home"],
            purpose="植木ばさみの手入れを、いっしょに",
            plan="庭だけ。1時間まで。青葉が同行する",
            period_from="2026-10-08",
            period_until="2027-03-31",
            max_visits=5,
            supporters=people[:1],
            accompanying=people[1],
            state="both_agreed",
        )
        source = next(view for view in seen if view.key.field == "title")
        town.put(
            "青葉",
            "extract",
            topic="standing",
            about=town.people["長男"],
            text="はさみの手入れを自分でしてみたい、とのこと。名前で呼ばれるのがよい",
            copied_from=source.values[0].changes[0],
        )
    town.sync()
    with town.day(10, 15):
        visit = plan_visit(town, "青葉", moment(10, 15, 14), status="ended", purpose=["person_talk"])
        shears = write_note(
            town,
            "三枝",
            visit,
            "植木ばさみの手入れ",
            person="shared_activity",
            family="doorstep",
            door_result="opened",
            actions=["activity"],
            facts=[("done", "長男", "庭でいっしょに、はさみを研いだ。40分", "saw")],
            next_step="next_visit",
            agreed="yes_date",
        )
        town.put(
            "三枝",
            "follow_up",
            kind="visit",
            note=shears,
            due={"on": "2026-10-29"},
            promised=True,
            priority="normal",
            state="open",
        )
    town.sync()
    with town.day(10, 16):
        town.devices["白波"].book.review(shears, "accepted", checks=["facts_apart", "next_planned"])
    town.sync()
    with town.day(10, 17):
        town.put("三枝", "addendum", target=shears, kind="addition", text="帰りぎわに「また」とひとこと")
    town.sync()
    town.dispatch = first


def _conference(town: Town) -> None:
    """ふりかえり。見守りと月1回、終わりにはしない · Looking back: watch, once a month, not closed."""
    with town.day(12, 3):
        town.put("白波", "case", town.people["世帯"], status="watch", care_level="watch", review_on="2027-01-07")
        town.put("青葉", "contact_preference", town.people["約束ごと"], good_topics=["植木ばさみ", "庭"])
    town.sync()


def _differing(device: Device, record: bytes, field_name: str) -> list[View]:
    return [v for v in device.book.conflicts() if v.key.record == record and v.key.field == field_name]


def _author(device: Device, note: bytes) -> bytes | None:
    return device.book.review_of(note).author
