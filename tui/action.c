#include "action.h"

/* "N", "URL..."; what may be left out begins with a bracket. */
bool action_needs_argument(const struct action *action)
{
    return action->arguments && action->arguments[0] != '[';
}
