"""The routes, a file a feature. How such a file looks (``places.py`` is the model to copy):

1. Imports, then the examples: views of core with Chinese values, used in the API's description.
2. Request bodies: subclasses of :class:`api.incoming.Body`, next to their handler, with fields named
   as the parameters of the operation. Ids are ``Id``, instants ``AwareDatetime``, dates ``date``.
   Lengths and rules of texts stay in core, which refuses with 422; only form is checked here (400).
3. Handlers, decorated from :mod:`api.operations`: ``get``; ``post`` makes something (201); ``act`` is
   a verb on something, ``POST /shifts/{shift_id:int}/publish`` (200, or 204 without ``answers``);
   ``put`` lays down by name; ``patch`` corrects. ``operation`` is the row in the table of rights,
   ``asks`` and ``answers`` are the examples. The first line of the docstring is the summary.
4. The function's name is the operation id: unique in the whole API. Parameters: ``site_id: PathId`` for
   ``{site_id:int}``, ``FromPath[date]``, ``FromQuery[...]``, ``QueryId``, ``OptionalQueryId``,
   ``QueryInstant`` (never a datetime in the query); ``data: JSONBody[SomeBody]``; ``opened: Opened``;
   ``paging: Paged`` for lists. An upload takes ``body: RawBody`` instead of ``data``.
5. Its body is three lines at most: open work, call **one** operation, return its view untouched.
   ``opened.read()`` for looking, ``opened.write()`` for changing. No rules, no rights, no queries here.
   A POST may be sent again (:mod:`api.repeats`): its last ``opened.write()`` is committed with its answer.
   Say ``shown_once=True`` if that holds a secret. One that runs aside does so by ``opened.carry_out``.
6. Last, ``router``, named in ``api/app.py``; its tag is described in ``api/docs.py``.

Annotations are read at run time: import the types for real, not under TYPE_CHECKING. Msgspec's ``Meta``
inside a *parameter* is dropped silently by Litestar: use ``QueryParameter(ge=...)``, ``PathParameter``.
Never decorate with Litestar's own ``get`` or ``post``, and open no work in a dependency.
"""
