"""What a schema may say of measures: the checks of its statuses, its tolerance and its worked-out columns."""

from collections.abc import Mapping, Sequence

from hrworkbook.plan.measures.judgement import Condition, UnknownCondition, parse_conditions
from hrworkbook.plan.measures.targets import read_tolerance
from hrworkbook.plan.measures.units import NUMBER
from hrworkbook.plan.schema_model import Column, ScorecardSettings
from hrworkbook.plan.settings import SettingPlace, SettingsFile

_SCORECARD = SettingPlace("scorecard")


def check_scorecard(
    file: SettingsFile, settings: ScorecardSettings, columns: Sequence[Column], roles: Mapping[str, str]
) -> None:
    """Raise the file's complaint about a condition or tolerance that is none, and a column worked out of nothing or typed as well."""
    for text in settings.statuses.values():
        try:
            parse_conditions(text)
        except UnknownCondition as unknown:
            raise file.unknown_error(
                _SCORECARD.of("statuses"), "condition", unknown.word, [c.value for c in Condition]
            ) from None
    if settings.tolerance and read_tolerance(settings.tolerance, NUMBER) is None:
        fault = f"the tolerance is '{settings.tolerance}'"
        raise file.error(_SCORECARD.of("tolerance"), fault, "Give a share of the target such as 10%, or a number")
    for column in columns:
        place = SettingPlace("columns", name=column.key, setting="worked_out")
        if column.worked_out == "no":
            continue
        if column.is_owners:
            fault = "owners cannot fill in what is worked out"
            raise file.error(place, fault, f"Take out {file.called('edited_by')}, or {file.called('worked_out')}")
        if missing := next((role for role in ("actual", "target") if role not in roles), ""):
            fault = f"there is no {missing} to work it out of"
            raise file.error(place, fault, f'Add {missing} = "…" under [roles]')
