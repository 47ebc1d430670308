"""When it goes: the plan that an officer sees, the decision, the frozen audience, what is due."""
