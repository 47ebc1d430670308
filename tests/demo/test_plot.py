from mailer.demo.plot import read_plot
from mailer.demo.world.readers import Habit
from mailer.demo.world.relay import Behaviour

PLOT = read_plot()


def test_the_world_behaves_as_the_story_tells() -> None:
    expected = {
        "redakcja@gloszurawia.example": Behaviour.GREYLISTS,
        "b.montecupo@radiotraghetto.example": Behaviour.REFUSES,
        "zinas@vejradis.example": Behaviour.RETURNS,
        "j.weissgerber@berlinerdachboden.example": Behaviour.IS_AWAY,
    }
    assert PLOT.behaviours == expected


def test_a_reader_has_all_her_habits_together() -> None:
    habits = {reader.address: reader.habits for reader in PLOT.readers}
    assert habits["karen.soendergaard@morgenkysten.example"] == {Habit.OPENS, Habit.CLICKS}
    assert habits["layla@sununu-radio.example"] == {Habit.OPENS}
    assert habits["derya@kabelsalat-mittwoch.example"] == {Habit.LEAVES}
    assert habits["mikkel.thorsager@dansketelegrammer.example"] == {Habit.SCANS}
    assert len(habits) == len(PLOT.readers) == 6
