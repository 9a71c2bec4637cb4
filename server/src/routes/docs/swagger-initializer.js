window.onload = function () {
  const CREDENTIALS = ["authorization", "x-business-id"];

  // Examples of bodies for which the published operation has none: Swagger UI would fill in the word "string".
  const EXAMPLES = { revoke_token_api_v1_tokens__token_id__revoke_post: { reason: null } };

  // Returns the document as this page uses it: both credentials are security schemes, which every operation requires, so that
  // Swagger UI asks for them once and sends them. It ignores a documented `authorization` header (OpenAPI 3.1, 4.8.12.1).
  function asUsedHere(document) {
    document.info.description +=
      "\n\nTo try an operation out, press **Authorize** first, and enter a token and the id of its business.";
    document.components.securitySchemes.businessId = {
      type: "apiKey",
      in: "header",
      name: "x-business-id",
      description: "The id of your business, a UUID",
    };
    for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item))) {
      operation.parameters = (operation.parameters ?? []).filter(
        (parameter) => parameter.in !== "header" || !CREDENTIALS.includes(parameter.name),
      );
      operation.security = [{ bearerToken: [], businessId: [] }];
      const example = EXAMPLES[operation.operationId];
      if (example !== undefined) {
        operation.requestBody.content["application/json"].example = example;
      }
    }
    return document;
  }

  const AsUsedHere = {
    statePlugins: {
      spec: {
        wrapActions: {
          updateSpec: (original) => (text) =>
            original(text ? JSON.stringify(asUsedHere(JSON.parse(text))) : text),
        },
      },
      auth: {
        wrapSelectors: {
          // One form for both credentials, with one button.
          definitionsToAuthorize: (original) => (state) => {
            const each = original(state);
            return each.size > 1 ? each.take(0).push(each.reduce((all, one) => all.merge(one))) : each;
          },
        },
      },
    },
  };

  window.ui = SwaggerUIBundle({
    urls: [
      { name: "All operations", url: "/openapi.json" },
      { name: "The published operation alone", url: "/openapi/revoke-token.json" },
    ],
    dom_id: "#swagger-ui",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    validatorUrl: null,
    onComplete: function () {
      document.title = window.ui.specSelectors.info().get("title") + " – API";
    },
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [SwaggerUIBundle.plugins.DownloadUrl, AsUsedHere],
    layout: "StandaloneLayout",
  });
};
